/** Compares with other servers that are small programs: what is measured, what is left out, and what is ended. */
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blocksOf } from '#test/docs/document.ts'
import { survivors } from '#test/helpers/program.ts'
import { ask } from '../endpoint.ts'
import type { Target } from '../wrk.ts'
import { comparePeers } from './compare.ts'
import { readTable } from './table.ts'

/** Does not depend on the speed of the machine: an answer says its own rate, and ours has 1,000. */
async function sendOnce({ url, requests }: Target) {
  let perSecond = 1_000
  for (const request of requests)
    perSecond = Number.parseInt((await ask(url, request)).body.toString(), 10) || 1_000
  return { answered: requests.length, failed: 0, perSecond, p50: 1, p99: 1 }
}

/** Answers the paths of a list, and ends when it is asked for /end. Notes its process and that of a child. */
const PROGRAM = `
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
const { PORT, NOTE, RATE, ENTITY_ID } = process.env
const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 1e9)'])
writeFileSync(NOTE, JSON.stringify({ pids: [process.pid, child.pid], directory: process.cwd() }))
const seeded = readFileSync('seeded', 'utf8').trim().split('\\n').map((line) => JSON.parse(line))
createServer((request, response) => {
  request.resume()
  const { pathname, searchParams } = new URL(request.url, 'http://a')
  if (pathname === '/end') {
    console.log('no more')
    process.exit(3)
  }
  const known = !searchParams.has('sub') || seeded.some(({ sub }) => sub === searchParams.get('sub'))
  response.writeHead(known && ['/', '/fetch'].includes(pathname) ? 200 : 404).end(RATE + ' of ' + ENTITY_ID)
}).listen(Number(PORT), '127.0.0.1')
`
const start = (name: string, rate = 4_000) =>
  `cp "$MEMBERS" seeded && NOTE=$PEERS/${name}.note RATE=${rate} exec node $PEERS/program.mjs`
const paths = { entity_configuration: '/', fetch: '/fetch?sub={sub}', list: '/away' }

const peers = [
  { name: 'complete', start: start('complete'), seed: 'test -f seeded', paths },
  { name: 'ends', start: start('ends', 50), paths: { ...paths, fetch: '/end?sub={sub}', list: '/' } },
  { name: 'never', start: start('never'), seconds: 3, paths: { list: '/away' } },
  { name: 'refuses', start: 'echo a fault; exit 4', paths },
  { name: 'seedless', start: start('seedless'), seed: 'echo nothing; exit 5', paths },
  { name: 'slow', start: start('slow'), seed: 'sleep 60', seconds: 3, paths },
]

let folder: string
let report: string[]
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'peers-'))
  await writeFile(join(folder, 'program.mjs'), PROGRAM)
  await writeFile(join(folder, 'table.json'), JSON.stringify(peers))
  const effort = { members: 20, seconds: 1, rounds: 1 }
  report = (await comparePeers(join(folder, 'table.json'), effort, () => {}, sendOnce)).split('\n')
})
afterAll(() => rm(folder, { recursive: true }))

/** The cells of a row: of the rates, the processor times or the bytes. */
const rowOf = (table: number, name: string) =>
  report
    .filter((line) => line.startsWith(`| ${name} |`))
    [table]?.split('|')
    .slice(2, -1)
    .map((cell) => cell.trim())

it('measures the bare server, ours with one and two processes, and the others that start, with the ratios of ours', () => {
  expect(report).toContain(
    '|  | bare node:http | ours, 1 process | ours, 2 processes | complete, 1 process | ours (1) / complete | ours (2) / complete | ends, 1 process | ours (1) / ends | ours (2) / ends |',
  )
  const rates = '1 000 1 000 1 000 4 000 0.25 0.25 50 20 20'.replaceAll(' 000', '\u202f000').split(' ')
  expect(rowOf(0, 'Entity Configuration')).toEqual(rates)
  expect(rowOf(1, 'Entity Configuration')).toHaveLength(5)
})

it('measures the endpoints of another server, leaves out those that it lacks, and fails those that refuse', () => {
  const [bytes, fewer] = ['4000 of https://ta.example'.length, '50 of https://ta.example'.length].map(String)
  expect(rowOf(2, 'Entity Configuration')?.slice(3)).toEqual([bytes, fewer])
  expect(rowOf(2, '/fetch')?.slice(3)).toEqual([bytes, 'failed'])
  expect(rowOf(2, '/list of all')?.slice(3)).toEqual(['failed', 'failed'])
  expect(rowOf(2, '/resolve, warm')?.slice(3)).toEqual(['-', '-'])
  expect(rowOf(0, '/fetch')?.slice(-3)).toEqual(['failed', '-', '-'])
})

it.each([
  ['complete, 1 process: /list of all: answers 404 to GET /away: 4000 of https://ta.example'],
  ['ends, 1 process: ended with code 3. Its last output: no more'],
  [
    'never: was not ready within 3 s: it answers 404 to GET /away: 4000 of https://ta.example. Its last output: nothing',
  ],
  ['refuses: its start command ended with code 4. Its last output: a fault'],
  ['seedless: its seed command ended with code 5. Its last output: nothing'],
  ['slow: its seed command has not ended within 3 s. Its last output: nothing'],
])('reports %s', (sentence) => {
  expect(report).toContain(`- ${sentence}`)
})

it.each(['complete', 'ends', 'never', 'slow'])(
  'ends every process of %s, and removes its folder',
  async (name) => {
    const note = await readFile(join(folder, `${name}.note`), 'utf8')
    const { pids, directory } = JSON.parse(note) as { pids: number[]; directory: string } // as the program writes it
    expect(await survivors(pids)).toEqual([])
    expect(existsSync(directory)).toBe(false)
  },
)

describe('the table', () => {
  const read = async (text: string) => {
    await writeFile(join(folder, 'other.json'), text)
    return readTable(join(folder, 'other.json'))
  }

  it('is that of the documentation', async () => {
    const blocks = await blocksOf('test/README.md')
    const [row] = await read(blocks.find(({ language }) => language === 'json')?.content ?? '')
    expect(row).toMatchObject({ processes: 1, seconds: 600 })
  })

  it.each<[string, object, RegExp]>([
    ['no command', { start: undefined }, /string.*at \[0\]\.start/s],
    ['an unknown field', { strat: 'x' }, /Unrecognized key: "strat".*at \[0\]/s],
    ['an unknown endpoint', { paths: { lst: '/' } }, /Unrecognized key: "lst".*at \[0\]\.paths/s],
    ['no path', { paths: {} }, /must have a path.*at \[0\]\.paths/s],
    [
      'a URL',
      { paths: { list: 'http://a/list' } },
      /must be a path that starts with \/.*at \[0\]\.paths\.list/s,
    ],
    ['one subject', { paths: { fetch: '/fetch' } }, /must have \{sub\}.*at \[0\]\.paths\.fetch/s],
  ])('is refused with its place: %s', async (_what, change, fault) => {
    await expect(read(JSON.stringify([{ name: 'other', start: 'x', paths, ...change }]))).rejects.toThrow(
      fault,
    )
  })
})
