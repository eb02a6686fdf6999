/** Formats measurements as sections of Markdown, with the missed targets and their reasons. */
import type { AdminAnchorsMeasure } from './admin-anchors.ts'
import type { AnchorsResult } from './anchors.ts'
import type { CheckMeasure } from './checks.ts'
import type { Section } from './document.ts'
import type { EmbeddedMeasure, StartMeasure } from './embedded.ts'
import type { LaneMeasure } from './lanes.ts'
import { megabytes, milliseconds, number, table } from './markdown.ts'
import type { OutageMeasure } from './outages.ts'
import type { PublicResult } from './public.ts'
import type { RebuildMeasure } from './rebuild.ts'
import type { RenewalMeasure } from './renewal.ts'

/** The number of subordinates at which endpoints must reach their targets. */
export const MAIN_SIZE = 10_000

/** Compares processor time, which is nearly independent of other load. */
export function shareOfBare({ ours, bare }: PublicResult): number {
  return bare.processor / ours.processor
}

export function publicSections(results: readonly PublicResult[]): Section[] {
  const main = results.filter(({ subordinates }) => subordinates === MAIN_SIZE)
  return [
    {
      title: `Public endpoints, ${number(MAIN_SIZE)} subordinates`,
      body: [endpointTable(main), shortfalls(main)].join('\n\n'),
    },
    {
      title: 'Growth of the public endpoints',
      body: ['Microseconds of processor time for one request.', growthTable(results)].join('\n\n'),
    },
  ]
}

export function anchorsSection(results: readonly AnchorsResult[]): Section {
  const rows = results.map(({ endpoint, one, ten, memory }) => [
    endpoint.name,
    `${one.processor.toFixed(1)} µs`,
    `${ten.processor.toFixed(1)} µs`,
    (one.processor / ten.processor).toFixed(2),
    `${megabytes(memory.one)}, ${megabytes(memory.ten)}`,
  ])
  const [{ anchors, members } = { anchors: 0, members: 0 }] = results
  const intro = `Processor time for one request to a server with one anchor, and to a server with ${anchors}, chosen by host, in the same run.
Each has ${number(members)} members over all.`
  const head = ['', 'one anchor', `${anchors} anchors`, 'ratio', 'memory']
  return { title: 'Several anchors', body: [intro, table(head, rows)].join('\n\n') }
}

export function adminAnchorsSection({ anchors, members, start, rest, change }: AdminAnchorsMeasure): Section {
  const intro = `An installation of ${anchors} anchors, each with ${number(members)} members, in one process with its worker. At rest are the
five minutes after the start, with all schedules on: each anchor crawls its members, of which none can be reached. A change is the slowest of ten, from the request to the published statement.`
  const rows = [
    ['start, with everything published', duration(start), 'under 10 s'],
    ['memory at rest, most', megabytes(rest.memory), 'under 1 000 MB'],
    ['processor at rest', `${(rest.processor * 100).toFixed(1)} % of a core`, ''],
    ['transactions of PostgreSQL at rest', `${number(rest.transactions)} a second`, ''],
    ['connections to Redis', number(rest.connections), ''],
    ['a change is published', milliseconds(change.alone), ''],
    [
      'while the keys of another anchor are missing',
      milliseconds(change.besideBrokenKeys),
      'at most 1 s more',
    ],
    [
      `while another anchor imports ${number(members)} entities`,
      milliseconds(change.duringImport),
      'at most 1 s more',
    ],
  ]
  return {
    title: 'Several anchors in the admin server',
    body: [intro, table(['', 'measured', 'aim'], rows)].join('\n\n'),
  }
}

export function rebuildSection({ subordinates, ...rebuild }: RebuildMeasure): Section {
  const body = table(
    [`rebuild of ${number(subordinates)}`, 'duration', 'memory'],
    [
      ['signing all', duration(rebuild.signing), `${megabytes(rebuild.before)} before`],
      ['signing nothing', duration(rebuild.again), `${megabytes(rebuild.after)} after`],
    ],
  )
  return { title: 'Rebuild', body }
}

export function renewalSection(renewal: RenewalMeasure): Section {
  const body = table(
    [`${number(renewal.entities)} entities with a new configuration`, 'a second', ''],
    [
      ['registration', number(renewal.registrations), ''],
      ['renewal', number(renewal.renewals), `${megabytes(renewal.memory)} of memory`],
      ['check', number(renewal.checks), `${renewal.checkProcessor.toFixed(1)} ms of processor time each`],
    ],
  )
  return { title: 'Registration and renewal', body }
}

export function checkSection(checks: readonly CheckMeasure[]): Section {
  const intro = `Each subordinate is fetched, with its entity tag, and has not changed. The last column is what one check of all in an hour
costs of one core.`
  return { title: 'Checks by the clock', body: [intro, checkTable(checks)].join('\n\n') }
}

export function laneSection({ imported, slowest }: LaneMeasure): Section {
  const intro = `The slowest of five, from the request to the published change, while an import registers ${number(imported)} entities.`
  const rows = slowest.map(({ change, milliseconds }) => [change, `${number(milliseconds)} ms`])
  return {
    title: 'Urgent changes during an import',
    body: [intro, table(['', 'published after'], rows)].join('\n\n'),
  }
}

export function embeddedSection({ first, second }: EmbeddedMeasure): Section {
  const intro =
    'On a clone with everything installed, of all processes of `npm start`. At rest is a minute after the start.'
  const format = (name: string, { seconds, processor, memory, peak, atRest }: StartMeasure) => [
    name,
    `${seconds.toFixed(1)} s, ${processor.toFixed(1)} s of processor time`,
    ...[peak, memory, atRest].map(megabytes),
  ]
  const rows = [format('first start', first), format('second start', second)]
  const head = ['', 'until it serves', 'most memory until then', 'memory then', 'at rest']
  return { title: '`npm start`', body: [intro, table(head, rows)].join('\n\n') }
}

export function outageSection(outages: readonly OutageMeasure[]): Section {
  const intro = `A client asks the federation server every 10 ms for data that only Redis has, while a replica replaces the node with
our keys. No answer is wrong. Without the data it is 503, after a second at most, the limit of a command. The admin server
publishes the changes of that time automatically.`
  const rows = outages.map(({ fault, longest, refused }) => [
    fault,
    `${(longest / 1000).toFixed(1)} s`,
    number(refused),
  ])
  return {
    title: 'Failover of Redis',
    body: [intro, table(['', 'without an answer', 'answered with 503'], rows)].join('\n\n'),
  }
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

export function duration({ clock, processor }: RebuildMeasure['signing']): string {
  return `${clock.toFixed(1)} s, ${processor.toFixed(1)} s of processor time`
}
