/** Formats measurements as Markdown: the machine, a table for each question, and the missed targets with reasons. */
import { arch, cpus, platform, totalmem } from 'node:os'
import type { CheckMeasure } from './checks.ts'
import type { LaneMeasure } from './lanes.ts'
import type { OutageMeasure } from './outages.ts'
import type { PublicResult } from './public.ts'
import type { RebuildMeasure } from './rebuild.ts'
import type { RenewalMeasure } from './renewal.ts'

export type Measures = {
  public: readonly PublicResult[]
  rebuild: RebuildMeasure
  renewal: RenewalMeasure
  checks: readonly CheckMeasure[]
  lanes: LaneMeasure
  /** Empty when they were skipped. */
  outages: readonly OutageMeasure[]
  database: string
  /** The command line that repeats it. */
  command: string
}

/** The number of subordinates at which endpoints must reach their targets. */
export const MAIN_SIZE = 10_000

/** Compares processor time, which is nearly independent of other load. */
export function shareOfBare({ ours, bare }: PublicResult): number {
  return bare.processor / ours.processor
}

export function formatReport(measures: Measures): string {
  const main = measures.public.filter(({ subordinates }) => subordinates === MAIN_SIZE)
  return [
    '# Benchmarks',
    `Measured by \`${measures.command}\` on ${describeMachine()}, ${measures.database}. Each server and the load generator
are separate processes. The share compares our server with a bare \`node:http\` server that sends the same bytes in the same
run, for equal processor time. Other work on the machine changes the two rates, but hardly the share.`,
    `## Public endpoints, ${number(MAIN_SIZE)} subordinates`,
    endpointTable(main),
    shortfalls(main),
    '## Growth',
    'Microseconds of processor time for one request.',
    growthTable(measures.public),
    '## Rebuild and renewal',
    workTable(measures),
    '## Checks by the clock',
    'Each subordinate is fetched, with its entity tag, and has not changed. The last column is what one check of all in an hour\ncosts of one core.',
    checkTable(measures.checks),
    '## Urgent changes during an import',
    `The slowest of five, from the request to the published change, while an import registers ${number(measures.lanes.imported)} entities.`,
    laneTable(measures.lanes),
    ...(measures.outages.length > 0 ? outageSection(measures.outages) : []),
  ].join('\n\n')
}

function describeMachine(): string {
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${cpus().length} × ${cpus()[0]?.model.trim()} (${platform()} ${arch()}, ${memory} GiB), Node ${process.versions.node}`
}

function endpointTable(results: readonly PublicResult[]): string {
  const rows = results.map((result) => [
    result.endpoint.name,
    result.endpoint.aim.toFixed(2),
    shareOfBare(result).toFixed(2),
    number(result.ours.perSecond),
    number(result.bare.perSecond),
    `${result.ours.p99} ms`,
    number(result.bytes),
    megabytes(result.memory),
  ])
  return table(['', 'aim', 'share', 'requests/s', 'bare/s', 'p99', 'bytes', 'memory'], rows)
}

function shortfalls(results: readonly PublicResult[]): string {
  const short = results.filter((result) => shareOfBare(result) < result.endpoint.aim)
  if (short.length === 0) return 'Every endpoint reaches its aim.'
  const lines = short.map(({ endpoint }) => `- ${endpoint.name}: also ${endpoint.beyond}.`)
  return ['Below their aims, because the server does more than send bytes:', '', ...lines].join('\n')
}

function growthTable(results: readonly PublicResult[]): string {
  const sizes = [...new Set(results.map(({ subordinates }) => subordinates))]
  const byName = Map.groupBy(results, ({ endpoint }) => endpoint.name)
  const rows = [...byName].map(([name, measured]) => [
    name,
    ...measured.map(({ ours }) => number(ours.processor)),
  ])
  return table(['', ...sizes.map((size) => `${number(size)} subordinates`)], rows)
}

function workTable({ rebuild, renewal }: Measures): string {
  const count = number(rebuild.subordinates)
  return table(
    ['', 'result', 'memory'],
    [
      [`rebuild of ${count}, signing all`, duration(rebuild.signing), `${megabytes(rebuild.before)} before`],
      [`rebuild of ${count}, signing nothing`, duration(rebuild.again), `${megabytes(rebuild.after)} after`],
      [
        `registration of ${number(renewal.entities)} entities`,
        `${number(renewal.registrations)} a second`,
        '',
      ],
      [
        `renewal of ${number(renewal.entities)} entities`,
        `${number(renewal.renewals)} a second`,
        megabytes(renewal.memory),
      ],
      [
        `checks of ${number(renewal.entities)} entities with a new configuration`,
        `${number(renewal.checks)} a second, ${renewal.checkProcessor.toFixed(1)} ms of processor time each`,
        '',
      ],
    ],
  )
}

function checkTable(checks: readonly CheckMeasure[]): string {
  const rows = checks.map(({ subordinates, perSecond, processor, before, after }) => [
    number(subordinates),
    `${number(perSecond)} a second`,
    `${processor.toFixed(2)} ms`,
    `${megabytes(before)}, ${megabytes(after)}`,
    `${((subordinates * processor) / 36_000).toFixed(1)} %`,
  ])
  return table(['subordinates', 'checks', 'processor time of one', 'memory before, after', 'hourly'], rows)
}

function laneTable({ slowest }: LaneMeasure): string {
  const rows = slowest.map(({ change, milliseconds }) => [change, `${number(milliseconds)} ms`])
  return table(['', 'published after'], rows)
}

function outageSection(outages: readonly OutageMeasure[]): string[] {
  const rows = outages.map(({ fault, longest, refused }) => [
    fault,
    `${(longest / 1000).toFixed(1)} s`,
    number(refused),
  ])
  return [
    '## Failover of Redis',
    `A client asks the federation server every 10 ms for data that only Redis has, while a replica replaces the node with
our keys. No answer is wrong. Without the data it is 503, at once or after a second, the limit of a command. The admin server
publishes the changes of that time automatically.`,
    table(['', 'without an answer', 'answered with 503'], rows),
  ]
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = head.map((_, at) => (at === 0 ? '---' : '--:'))
  return [head, rule, ...rows].map(line).join('\n')
}

function number(value: number): string {
  return Math.round(value).toLocaleString('en').replaceAll(',', '\u202f')
}

function duration({ clock, processor }: RebuildMeasure['signing']): string {
  return `${clock.toFixed(1)} s, ${processor.toFixed(1)} s of processor time`
}

function megabytes(bytes: number): string {
  return `${number(bytes / 1e6)} MB`
}
