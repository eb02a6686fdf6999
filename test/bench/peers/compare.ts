/** Compares the public endpoints of our server with those of other servers, on one machine and in one run. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { descendants } from '#test/helpers/program.ts'
import { startBare } from '../bare.ts'
import { number, type Say, table } from '../document.ts'
import { ask, buildRequests, differs, type Endpoint, endpoints, type Request } from '../endpoint.ts'
import { prepareStore, serve } from '../federation.ts'
import { commonMarkType, entityId, type Filled, markType, memberId, type Sample } from '../fill.ts'
import { usageOf } from '../program.ts'
import { alternate, best, measure, type Rate, sendRequests } from '../wrk.ts'
import { startPeer } from './peer.ts'
import { type Row, readTable } from './table.ts'

type Effort = { members: number; seconds: number; rounds: number }
type Run = Effort & { send: typeof sendRequests; fail(sentence: string): void }

type Contender = {
  title: string
  /** The name of another server. */
  peer?: string
  url: string
  pid: number
  /** Undefined if it lacks the endpoint. */
  prepare(endpoint: Endpoint, sample: SampleName): Promise<Request[] | undefined>
  /** How its process ended, undefined while it runs. */
  ending?(): string | undefined
}

/** Which members the requests are about. */
type SampleName = 'popular' | 'any'

type Measured = Rate & { bytes: number }
/** `-`: the server lacks the endpoint. */
type Cell = Measured | 'failed' | '-'

/** Returns the comparison as Markdown. @throws Error for a fault in the table */
export async function comparePeers(file: string, effort: Effort, say: Say, send = sendRequests) {
  const peers = await readTable(file)
  const failures = new Set<string>()
  const fail = (sentence: string) => {
    if (!failures.has(sentence)) say(sentence)
    failures.add(sentence)
  }
  await using opened = new AsyncDisposableStack()
  const run = { ...effort, send, fail }
  const contenders = await startContenders(peers, dirname(resolve(file)), run, opened)
  const rows = new Map<string, Cell[]>()
  for (const endpoint of endpoints.filter(({ key }) => key !== undefined)) {
    for (const sample of differs(endpoint) ? (['popular', 'any'] as const) : (['popular'] as const)) {
      const name = sample === 'any' ? `${endpoint.name}, any member` : endpoint.name
      rows.set(name, await measureRow(endpoint, sample, contenders, run))
      say(`${name} is measured.`)
    }
  }
  return format(contenders, rows, effort, [...failures])
}

/** A server that does not start is reported, and left out. */
async function startContenders(
  peers: readonly Row[],
  folder: string,
  { members, fail }: Run,
  opened: AsyncDisposableStack,
): Promise<Contender[]> {
  const store = await prepareStore(members)
  opened.defer(store.close)
  const [bare, one, two] = [await startBare(), await serve(store, 1), await serve(store, 2)]
  for (const { end } of [bare, one, two]) opened.defer(end)
  const prepare = async (endpoint: Endpoint, sample: SampleName) =>
    buildRequests(endpoint, store.filled[sample])
  const imitate = async (endpoint: Endpoint, sample: SampleName) => {
    await bare.imitate(one.url, endpoint, await prepare(endpoint, sample))
    return prepare(endpoint, sample)
  }
  const contenders: Contender[] = [
    { title: 'bare node:http', ...bare, prepare: imitate },
    { title: titleOf('ours', 1), ...one, prepare },
    { title: titleOf('ours', 2), ...two, prepare },
  ]
  const shared = {
    PEERS: folder,
    REDIS_URL: store.redisUrl,
    KEYS_DIR: store.keysDirectory,
    MEMBERS: await writeMembers(store.filled, members, opened),
    ENTITY_ID: entityId,
    TRUST_MARK_TYPE: commonMarkType,
  }
  for (const row of peers) {
    try {
      const peer = await startPeer(row, shared)
      opened.defer(peer.close)
      const prepare = (endpoint: Endpoint, sample: SampleName) =>
        preparePeer(peer.url, row, endpoint, store.filled[sample])
      contenders.push({ ...peer, title: titleOf(row.name, row.processes), peer: row.name, prepare })
    } catch (error) {
      fail(`${row.name}: ${messageOf(error)}`)
    }
  }
  return contenders
}

/** A server that serves marks has its own. */
async function preparePeer(url: string, { paths }: Row, { key = '', form }: Endpoint, sample: Sample) {
  const { [key]: path, trust_mark: markPath } = paths
  if (path === undefined) return undefined
  const call = form === undefined ? { path } : { path, form }
  if (form === undefined || markPath === undefined) return buildRequests(call, sample)
  const marks: string[] = []
  for (const request of buildRequests({ path: markPath }, sample))
    marks.push((await ask(url, request)).body.toString().trim())
  return buildRequests(call, { ...sample, marks })
}

/** For seed commands: one member a line, as JSON. */
async function writeMembers(
  { popular, memberKeys: jwks }: Filled,
  count: number,
  opened: AsyncDisposableStack,
) {
  const lines = Array.from({ length: count }, (_, at) => {
    const sub = memberId(at)
    const trust_mark_types = [commonMarkType, ...(popular.subjects.includes(sub) ? [markType] : [])]
    return `${JSON.stringify({ sub, entity_types: ['openid_relying_party'], jwks, trust_mark_types })}\n`
  })
  const directory = await mkdtemp(join(tmpdir(), 'members-'))
  opened.defer(() => rm(directory, { recursive: true }))
  const file = join(directory, 'members.jsonl')
  await writeFile(file, lines.join(''))
  return file
}

async function measureRow(
  endpoint: Endpoint,
  sample: SampleName,
  contenders: readonly Contender[],
  { seconds, rounds, send, fail }: Run,
): Promise<Cell[]> {
  const entries = contenders.map((contender) => ({
    ...contender,
    requests: [] as Request[],
    bytes: 0,
    cell: undefined as Exclude<Cell, Measured> | undefined,
  }))
  type Entry = (typeof entries)[number]
  /** Does the work, or fails the server in this row. */
  async function attempt<Value>(entry: Entry, work: () => Promise<Value>): Promise<Value | undefined> {
    try {
      return await work()
    } catch (error) {
      entry.cell = 'failed'
      fail(`${entry.title}: ${entry.ending?.() ?? `${endpoint.name}: ${messageOf(error)}`}`)
      return undefined
    }
  }
  async function prepare(entry: Entry) {
    const requests = await entry.prepare(endpoint, sample)
    if (!requests) entry.cell = '-'
    // An answer other than 2xx must not look fast.
    for (const request of requests ?? []) entry.bytes ||= (await ask(entry.url, request)).body.length
    entry.requests = requests ?? []
  }

  for (const entry of entries) await attempt(entry, () => prepare(entry))
  const rates = await alternate(entries, rounds, async (entry) => {
    const usage = async () => usageOf([entry.pid, ...(await descendants(entry.pid))])
    return entry.cell ? undefined : attempt(entry, () => measure({ ...entry, usage }, seconds, send))
  })
  return entries.map(
    ({ cell, bytes }, at) => cell ?? { ...best(rates[at]?.flatMap((rate) => rate ?? [])), bytes },
  )
}

function format(
  contenders: readonly Contender[],
  rows: ReadonlyMap<string, Cell[]>,
  { members, seconds, rounds }: Effort,
  failures: readonly string[],
): string {
  const show = (value: (measured: Measured) => number) =>
    table(
      ['', ...contenders.map(({ title }) => title)],
      [...rows].map(([name, cells]) => [name, ...cells.map((cell) => figure(cell, value))]),
    )
  // Two columns with the ratios of ours follow each of the others.
  const head = contenders.flatMap(({ title, peer }) =>
    peer ? [title, `ours (1) / ${peer}`, `ours (2) / ${peer}`] : [title],
  )
  const rates = [...rows].map(([name, cells]) => {
    const shown = cells.map((cell, at) => {
      const rate = figure(cell, ({ perSecond }) => perSecond)
      return contenders[at]?.peer ? [rate, ratio(cells[1], cell), ratio(cells[2], cell)] : [rate]
    })
    return [name, ...shown.flat()]
  })
  return [
    `Measured with ${number(members)} members, in rounds of ${seconds} s. The servers take turns; each figure is its
best of ${rounds}. The bare server has one process and sends the bytes of ours.`,
    '## Requests per second',
    table(['', ...head], rates),
    "## Microseconds of processor time per request, of all of a server's processes",
    show(({ processor }) => processor),
    '## Bytes of one answer',
    show(({ bytes }) => bytes),
    ...(failures.length > 0 ? ['## Failures', failures.map((sentence) => `- ${sentence}`).join('\n')] : []),
  ].join('\n\n')
}

const figure = (cell: Cell, value: (measured: Measured) => number) =>
  typeof cell === 'string' ? cell : number(value(cell))

function ratio(ours: Cell = '-', theirs: Cell): string {
  if (typeof ours === 'string' || typeof theirs === 'string') return '-'
  const value = ours.perSecond / theirs.perSecond
  return value < 10 ? value.toFixed(2) : number(value)
}

const titleOf = (name: string, count: number) => `${name}, ${count} ${count === 1 ? 'process' : 'processes'}`

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
