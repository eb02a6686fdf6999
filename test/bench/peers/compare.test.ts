/** Compares with other servers that are small programs: what is measured, what is left out, and what is ended. */
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { survivors } from '#test/helpers/program.ts'
import type { Generator } from '../generator.ts'
import { ask } from '../request.ts'
import { type Comparison, comparePeers } from './compare.ts'
import { formatComparison } from './table.ts'

const EFFORT = { members: 20, seconds: 0.01, rounds: 1 }

/** Does not depend on the speed of the machine. */
const generator: Generator = {
  name: 'each request once',
  async run({ url, requests }) {
    for (const request of requests) await ask(url, request)
    return { answered: requests.length, failed: 0, perSecond: 1_000, p99: 1 }
  },
}

/** Answers the paths of a list, and ends when it is asked for /end. Notes its process and that of a child. */
const PROGRAM = `
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
const { PORT, NOTE, PATHS, GREETING } = process.env
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
  const status = known && PATHS.split(' ').includes(pathname) ? 200 : 404
  response.writeHead(status).end(readFileSync('greeting.txt', 'utf8'))
}).listen(Number(PORT), '127.0.0.1')
`

const describePeer = (name: string, endpoints: object, change: object = {}) => ({
  storage: 'own',
  files: { 'greeting.txt': ['of {entityId}'] },
  seed: { run: ['cp', '{members}', '{dir}/seeded'], when: 'before' },
  start: {
    run: ['node', '{peers}/program.mjs'],
    environment: { PORT: '{port}', NOTE: `{peers}/${name}.note`, PATHS: '/ /fetch' },
  },
  ready: { path: '/' },
  endpoints,
  ...change,
})

const peers: Record<string, object> = {
  complete: describePeer('complete', { entity_configuration: '/', fetch: '/fetch?sub={sub}', list: '/away' }),
  ends: describePeer('ends', { entity_configuration: '/', fetch: '/end?sub={sub}', list: '/' }),
  never: describePeer('never', {}, { ready: { path: '/away', seconds: 0.5 } }),
  refuses: describePeer(
    'refuses',
    {},
    { start: { run: ['node', '-e', 'console.log("a fault"); process.exit(4)', '{port}'] } },
  ),
  seedless: describePeer(
    'seedless',
    {},
    { seed: { run: ['sh', '-c', 'echo nothing; exit 5'], when: 'before' } },
  ),
  typo: describePeer('typo', {}, { start: { run: ['./away', '{port}'] } }),
}

let folder: string
let comparison: Comparison
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'peers-'))
  await writeFile(join(folder, 'program.mjs'), PROGRAM)
  for (const [name, description] of Object.entries(peers))
    await writeFile(join(folder, `${name}.json`), JSON.stringify(description))
  const opened = new AsyncDisposableStack()
  try {
    comparison = await comparePeers(folder, EFFORT, { opened, say: () => {}, generator })
  } finally {
    await opened.disposeAsync()
  }
})
afterAll(() => rm(folder, { recursive: true }))

const cellOf = (row: string, title: string) => {
  const at = comparison.columns.findIndex((column) => column.title === title)
  return comparison.rows.find(({ name }) => name === row)?.cells[at]
}
const measured = (bytes: number) => ({ perSecond: expect.any(Number), processor: expect.any(Number), bytes })

it('measures the bare server, ours with one and two processes, and the others that start', () => {
  expect(comparison.columns.map(({ title }) => title)).toEqual([
    'bare node:http',
    'ours, 1 process',
    'ours, 2 processes',
    'complete, 1 process',
    'ends, 1 process',
  ])
})

it('measures every endpoint of ours', () => {
  expect(comparison.rows).toHaveLength(7)
  for (const { cells } of comparison.rows)
    for (const cell of cells.slice(0, 3)) expect(cell).toEqual(measured(expect.any(Number)))
})

it('measures the endpoints of another server, leaves out those that it lacks, and fails those that refuse', () => {
  const bytes = 'of https://ta.example\n'.length
  expect(cellOf('Entity Configuration', 'complete, 1 process')).toEqual(measured(bytes))
  expect(cellOf('/fetch', 'complete, 1 process')).toEqual(measured(bytes))
  expect(cellOf('/list of all', 'complete, 1 process')).toBe('failed')
  expect(cellOf('/resolve, warm', 'complete, 1 process')).toBe('-')
})

it('fails the endpoints of a server that has ended', () => {
  expect(cellOf('Entity Configuration', 'ends, 1 process')).toEqual(measured(expect.any(Number)))
  expect(cellOf('/fetch', 'ends, 1 process')).toBe('failed')
  expect(cellOf('/list of all', 'ends, 1 process')).toBe('failed')
})

describe.each([
  ['complete, 1 process: /list of all: answers 404 to GET /away: of https://ta.example'],
  ['ends, 1 process: ended with code 3. Its last output: no more'],
  [/^never: was not ready at http:\S+\/away within 0\.5 s: it answers 404\. It printed nothing\.$/],
  ['refuses: its start command ended with code 4. Its last output: a fault'],
  ['seedless: its seed command ended with code 5. Its last output: nothing'],
  [/^typo: its start command cannot be started: .*ENOENT/],
])('%s', (sentence) => {
  it('is reported', () => {
    const pattern =
      typeof sentence === 'string' ? expect.stringContaining(sentence) : expect.stringMatching(sentence)
    expect(comparison.failures).toContainEqual(pattern)
  })
})

it.each(['complete', 'ends', 'never'])('ends every process of %s, and removes its folder', async (name) => {
  const note = await readFile(join(folder, `${name}.note`), 'utf8')
  const { pids, directory } = JSON.parse(note) as { pids: number[]; directory: string } // as the program writes it
  expect(await survivors(pids)).toEqual([])
  expect(existsSync(directory)).toBe(false)
})

it('prints a column with the ratio of ours for each number of processes', () => {
  const lines = formatComparison(comparison).split('\n')
  expect(lines).toContain(
    '|  | bare node:http | ours, 1 process | ours, 2 processes | complete, 1 process | ours (1) / complete | ours (2) / complete | ends, 1 process | ours (1) / ends | ours (2) / ends |',
  )
  expect(lines).toContainEqual(
    expect.stringMatching(/^\| \/fetch (\| [\d\u202f]+ ){4}(\| [\d\u202f.]+ ){2}(\| (failed|-) ){3}\|$/),
  )
  expect(lines).toContain(`- ${comparison.failures[0]}`)
})
