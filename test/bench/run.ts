/** `npm run bench`: measures, prints, and with `--write` makes docs/benchmarks.md; `--quick` takes less than two minutes. */
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { measureChecks } from './checks.ts'
import { measureLanes } from './lanes.ts'
import { measureOutages } from './outages.ts'
import { measurePublic } from './public.ts'
import { measureRebuild } from './rebuild.ts'
import { measureRenewal } from './renewal.ts'
import { formatReport, MAIN_SIZE, shareOfBare } from './report.ts'

const REPORT = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url))

const efforts = {
  quick: {
    sizes: [100, MAIN_SIZE],
    seconds: 1,
    rounds: 1,
    rebuild: 5_000,
    renewal: 100,
    checks: [1_000],
    lanes: 2_000,
    outages: false,
  },
  full: {
    sizes: [100, MAIN_SIZE, 100_000],
    seconds: 3,
    rounds: 3,
    rebuild: 100_000,
    renewal: 1_000,
    checks: [10_000, 100_000],
    lanes: 5_000,
    outages: true,
  },
}

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } },
})
const effort = flags.quick ? efforts.quick : efforts.full
/** Side by side, measurements would disturb each other. */
async function inTurn<Value, Result>(values: readonly Value[], work: (value: Value) => Promise<Result>) {
  const results: Result[] = []
  for (const value of values) results.push(await work(value))
  return results
}

const say = (text: string) => process.stdout.write(`${text}\n`)

const results = await measurePublic(effort, (result) => {
  const { endpoint, subordinates, ours } = result
  say(`${endpoint.name}, ${subordinates}: ${shareOfBare(result).toFixed(2)} of bare, p99 ${ours.p99} ms`)
})
const report = formatReport({
  public: results,
  rebuild: await measureRebuild(effort.rebuild),
  renewal: await measureRenewal(effort.renewal),
  checks: await inTurn(effort.checks, measureChecks),
  lanes: await measureLanes(effort.lanes),
  outages: effort.outages ? await measureOutages() : [],
  database: process.env.DATABASE_URL ? 'PostgreSQL' : 'PGlite',
  command: `npm run bench${flags.quick ? ' -- --quick' : ''}`,
})
say(`\n${report}`)
if (flags.write) await writeFile(REPORT, `${report}\n`)
// The embedded database leaves workers that would keep the process alive.
process.exit(0)
