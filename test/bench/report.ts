/** What was measured, as Markdown: what it was measured on, a table for each question, and what falls short and why. */
import { arch, cpus, platform, totalmem } from 'node:os'
import type { OutageMeasure } from './outages.ts'
import type { PublicResult } from './public.ts'
import type { RebuildMeasure } from './rebuild.ts'
import type { RenewalMeasure } from './renewal.ts'

export type Measures = {
  public: readonly PublicResult[]
  rebuild: RebuildMeasure
  renewal: RenewalMeasure
  /** Empty when they were left out. */
  outages: readonly OutageMeasure[]
  database: string
  /** The command line that repeats it. */
  command: string
}

/** The size at which the endpoints are held against their aims. */
export const MAIN_SIZE = 10_000

/** Requests a second that the servers could serve on a processor of their own: the share that counts. */
export function shareOfBare({ ours, bare }: PublicResult): number {
  return bare.processor / ours.processor
}

export function formatReport(measures: Measures): string {
  const main = measures.public.filter(({ subordinates }) => subordinates === MAIN_SIZE)
  return [
    '# Benchmarks',
    `Made by \`${measures.command}\` on ${describeMachine()}, ${measures.database}. Each server that is measured is a
process of its own, and so is the load. A share is what our server does with the same processor time as a bare
\`node:http\` server that sends the same bytes in the same run: the two rates beside it depend on what else the machine
does, the share hardly.`,
    `## Public endpoints, ${number(MAIN_SIZE)} subordinates`,
    endpointTable(main),
    shortfalls(main),
    '## Growth',
    'Microseconds of processor time for one request.',
    growthTable(measures.public),
    '## Rebuild and renewal',
    workTable(measures),
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
  const lines = short.map(({ endpoint }) => `- ${endpoint.name}: beyond sending bytes, ${endpoint.beyond}.`)
  return ['Short of their aims, and why:', '', ...lines].join('\n')
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
    ],
  )
}

function outageSection(outages: readonly OutageMeasure[]): string[] {
  const rows = outages.map(({ fault, longest, refused }) => [
    fault,
    `${(longest / 1000).toFixed(1)} s`,
    number(refused),
  ])
  return [
    '## Failover of Redis',
    `The federation server is asked every 10 ms what only Redis knows, while a replica takes the place of the node that
holds our keys. Nobody is answered wrongly: who is not answered gets 503, at once or after the second that a command may
take. The admin server publishes what was meant for that time by itself.`,
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
