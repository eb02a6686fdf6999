/**
 * `npm run bench`: measures and prints. `--quick` takes some minutes, `--only public,rebuild` measures parts, `--million`
 * the growth to a million members, and `--write` puts the results into docs/benchmarks.md. `--peers FILE` compares with
 * other servers instead. `--beside FOLDER` measures another checkout in the same run. Needs Linux and `wrk`.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { describeMachine, type Part, replaceSections } from './document.ts'
import { MAIN_SIZE } from './federation.ts'
import { growthParts, parts } from './parts.ts'
import { comparePeers } from './peers.ts'

const DOCUMENT = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url))

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    only: { type: 'string' },
    million: { type: 'boolean', default: false },
    peers: { type: 'string' },
    beside: { type: 'string' },
  },
})
const effort = flags.quick ? 'quick' : 'full'

function chooseParts(): readonly Part[] {
  if (flags.million) return growthParts
  const names = flags.only?.split(',')
  if (!names) return parts.filter(({ usual }) => usual.includes(effort))
  const unknown = names.find((name) => !parts.some((part) => part.name === name))
  if (unknown === undefined) return parts.filter(({ name }) => names.includes(name))
  const known = parts.map(({ name }) => name).join(', ')
  throw new Error(`"${unknown}" is not a measurement. Use some of: ${known}.`)
}

const say = (text: string) => process.stdout.write(`${text}\n`)
const database = process.env.DATABASE_URL ? 'PostgreSQL' : 'PGlite'
const today = new Date().toISOString().slice(0, 10)
const machine = describeMachine()

// What was started ends with this process.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))

if (flags.peers !== undefined) {
  const rounds = flags.quick ? 1 : 3
  say(`\n${await comparePeers(flags.peers, { members: MAIN_SIZE, seconds: rounds, rounds }, say)}`)
  process.exit(0)
}

// One after another: side by side, measurements would disturb each other.
for (const { name, measure } of chooseParts()) {
  const sections = (await measure(effort, say, { beside: flags.beside })).map(({ title, body }) => ({
    title,
    body: `${body}\n\nMeasured on ${today} by \`npm run bench -- --only ${name}\`, with ${database},\non ${machine}.`,
  }))
  for (const { title, body } of sections) say(`\n## ${title}\n\n${body}\n`)
  if (flags.write) await writeFile(DOCUMENT, replaceSections(await readFile(DOCUMENT, 'utf8'), sections))
}
// The embedded database leaves workers that would keep the process alive.
process.exit(0)
