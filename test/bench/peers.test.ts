/** Compares with other servers that are small programs: what is measured, what is left out, and what is ended. */
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { blocksOf } from '#test/docs/document.ts'
import { folderInFile } from '#test/helpers/in-file.ts'
import { survivors } from '#test/helpers/program.ts'
import { ask } from './endpoint.ts'
import { comparePeers, readTable } from './peers.ts'
import type { Target } from './wrk.ts'

/** Does not depend on the speed of the machine: an answer says its own rate, and ours has 1,000. */
async function sendOnce({ url, requests }: Target) {
  let perSecond = 1_000
  for (const request of requests)
    perSecond = Number.parseInt((await ask(url, request)).body.toString(), 10) || 1_000
  return { answered: requests.length, failed: 0, perSecond, p50: 1, p99: 1 }
}

/** Answers the paths of a list. Notes its process and that of a child. */
const PROGRAM = `
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
const { PORT, NOTE, ENTITY_ID } = process.env
const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 1e9)'])
writeFileSync(NOTE, JSON.stringify({ pids: [process.pid, child.pid], directory: process.cwd() }))
const seeded = readFileSync('seeded', 'utf8').trim().split('\\n').map((line) => JSON.parse(line))
createServer((request, response) => {
  request.resume()
  const { pathname, searchParams } = new URL(request.url, 'http://a')
  const known = !searchParams.has('sub') || seeded.some(({ sub }) => sub === searchParams.get('sub'))
  response.writeHead(known && ['/', '/fetch'].includes(pathname) ? 200 : 404).end('4000 of ' + ENTITY_ID)
}).listen(Number(PORT), '127.0.0.1')
`
const start = (name: string) =>
  `cp "$MEMBERS" seeded && NOTE=$PEERS/${name}.note exec node $PEERS/program.mjs`
const paths = { entity_configuration: '/', fetch: '/fetch?sub={sub}', list: '/away' }
const peers = [
  { name: 'complete', start: start('complete'), seed: 'test -f seeded', paths },
  { name: 'refuses', start: 'exit 4', paths },
  { name: 'slow', start: start('slow'), seed: 'sleep 60', seconds: 3, paths },
]

const folder = folderInFile('peers')
let report: string[]
beforeAll(async () => {
  await writeFile(join(folder, 'program.mjs'), PROGRAM)
  await writeFile(join(folder, 'table.json'), JSON.stringify(peers))
  const effort = { members: 20, seconds: 1, rounds: 1 }
  report = (await comparePeers(join(folder, 'table.json'), effort, () => {}, sendOnce)).split('\n')
})

/** The cells of a row: of the rates, the processor times or the bytes. */
const rowOf = (table: number, name: string) =>
  report
    .filter((line) => line.startsWith(`| ${name} |`))
    [table]?.split('|')
    .slice(2, -1)
    .map((cell) => cell.trim())

it('measures the bare server, ours with one and two processes, and another with the ratios of ours', () => {
  expect(report).toContain(
    '|  | bare node:http | ours, 1 process | ours, 2 processes | complete, 1 process | ours (1) / complete | ours (2) / complete |',
  )
  const rates = '1 000 1 000 1 000 4 000 0.25 0.25'.replaceAll(' 000', '\u202f000').split(' ')
  expect(rowOf(0, 'Entity Configuration')).toEqual(rates)
  expect(rowOf(0, '/fetch, any member')).toEqual(rates)
  expect(rowOf(1, 'Entity Configuration')).toHaveLength(4)
  expect(rowOf(2, '/fetch')?.at(-1)).toBe(String('4000 of https://ta.example'.length))
})

it('leaves out what another server lacks, and reports what fails', () => {
  expect(rowOf(2, '/list of all')?.at(-1)).toBe('failed')
  expect(rowOf(2, '/resolve, warm')?.at(-1)).toBe('-')
  expect(report.filter((line) => line.startsWith('- '))).toEqual([
    '- refuses: its start command ended.',
    '- slow: its seed command did not end with code 0 (not within its time).',
    '- complete, 1 process: /list of all: answers 404 to GET /away: 4000 of https://ta.example',
  ])
})

it.each(['complete', 'slow'])('ends every process of %s, and removes its folder', async (name) => {
  const { pids, directory } = JSON.parse(await readFile(join(folder, `${name}.note`), 'utf8'))
  expect(await survivors(pids)).toEqual([])
  expect(existsSync(directory)).toBe(false)
})

it('reads the table of the documentation, and names a fault with its place', async () => {
  const file = join(folder, 'other.json')
  const [block] = (await blocksOf('test/README.md')).filter(({ language }) => language === 'json')
  await writeFile(file, block?.content ?? '')
  expect(await readTable(file)).toMatchObject([{ processes: 1, seconds: 600 }])
  await writeFile(file, JSON.stringify([{ ...peers[0], paths: { lst: '/' } }]))
  await expect(readTable(file)).rejects.toThrow(/Unrecognized key: "lst".*at \[0\]\.paths/s)
})
