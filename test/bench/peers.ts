/** Compares the public endpoints of our server with those of the servers of a table, on one machine and in one run. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { freePort } from '#test/helpers/port.ts'
import { descendants } from '#test/helpers/program.ts'
import { until } from '#test/helpers/until.ts'
import { startBare } from './bare.ts'
import { number, type Say, table } from './document.ts'
import { ask, buildRequests, differs, type Endpoint, endpoints, type Request } from './endpoint.ts'
import { prepareStore, type Store, serve } from './federation.ts'
import { commonMarkType, entityId, markType, memberId, type Sample } from './fill.ts'
import { usageOf } from './program.ts'
import { alternate, best, measure, type Rate, sendRequests } from './wrk.ts'

const compared = endpoints.flatMap((endpoint) => (endpoint.key === undefined ? [] : [endpoint]))
const path = z.string().startsWith('/').optional()

/** test/README.md says what the fields mean. */
const row = z.strictObject({
  name: z.string(),
  processes: z.int().positive().default(1),
  port: z.int().positive().optional(),
  start: z.string(),
  seed: z.string().optional(),
  seconds: z.number().positive().default(60),
  paths: z.strictObject(Object.fromEntries(compared.map(({ key = '' }) => [key, path]))),
})
type Row = z.output<typeof row>

type Server = {
  title: string
  url: string
  pid: number
  /** Of another server. */
  name?: string
  /** Undefined if it lacks the endpoint. */
  prepare(endpoint: Endpoint, sample: Sample): Promise<Request[] | undefined>
}
type Cell = (Rate & { bytes: number }) | 'failed' | '-'

/** @throws Error that names each fault of the table with its place */
export async function readTable(file: string): Promise<Row[]> {
  const { data, error } = z.array(row).safeParse(JSON.parse(await readFile(file, 'utf8')))
  if (data) return data
  throw new Error(`${file} is not a table of servers:\n${z.prettifyError(error)}`)
}

/** Returns the comparison as Markdown. A server that does not start is reported, and left out. */
export async function comparePeers(
  file: string,
  { members, seconds, rounds }: { members: number; seconds: number; rounds: number },
  say: Say,
  send = sendRequests,
): Promise<string> {
  const peers = await readTable(file)
  await using opened = new AsyncDisposableStack()
  const store = await prepareStore(members)
  opened.defer(store.close)
  const servers = await startOurs(store, opened)
  const failures: string[] = []
  const environment = await environmentOf(store, members, resolve(file), opened)
  for (const peer of peers)
    await startPeer(peer, environment, opened).then(
      (server) => servers.push(server),
      (error: Error) => failures.push(`${peer.name}: ${error.message}`),
    )

  async function measureRow(endpoint: Endpoint, sample: Sample): Promise<Cell[]> {
    const bytes = servers.map(() => 0)
    const cells = servers.map((): Cell => '-')
    async function attempt<Value>(at: number, work: (server: Server) => Promise<Value>) {
      const server = servers[at]
      if (!server || cells[at] === 'failed') return undefined
      return work(server).catch((error: Error): undefined => {
        cells[at] = 'failed'
        failures.push(`${server.title}: ${endpoint.name}: ${error.message}`)
      })
    }
    const prepare = (_: Server, at: number) =>
      attempt(at, async (server) => {
        const requests = await server.prepare(endpoint, sample)
        // An answer other than 2xx must not look fast.
        for (const request of requests ?? []) bytes[at] ||= (await ask(server.url, request)).body.length
        return requests
      })
    const requests: (Request[] | undefined)[] = []
    for (const [at, server] of servers.entries()) requests.push(await prepare(server, at))
    const rates = await alternate([...servers.keys()], rounds, (at) =>
      attempt(at, async ({ url, pid }) => {
        const usage = async () => usageOf([pid, ...(await descendants(pid))])
        const own = requests[at]
        return own && measure({ url, requests: own, usage }, seconds, send)
      }),
    )
    return cells.map((cell, at) => {
      const measured = rates[at]?.flatMap((rate) => rate ?? []) ?? []
      return cell === 'failed' || measured.length === 0 ? cell : { ...best(measured), bytes: bytes[at] ?? 0 }
    })
  }

  const rows: [string, Cell[]][] = []
  for (const endpoint of compared) {
    rows.push([endpoint.name, await measureRow(endpoint, store.filled.popular)])
    if (differs(endpoint))
      rows.push([`${endpoint.name}, any member`, await measureRow(endpoint, store.filled.any)])
    say(`${endpoint.name} is measured.`)
  }
  const intro = `Measured with ${number(members)} members, in rounds of ${seconds} s. The servers take turns; each figure is its
best of ${rounds}. The bare server has one process and sends the bytes of ours.`
  return [intro, format(servers, rows), ...failures.map((sentence) => `- ${sentence}`)].join('\n\n')
}

async function startOurs(store: Store, opened: AsyncDisposableStack): Promise<Server[]> {
  const [bare, one, two] = [await startBare(), await serve(store, 1), await serve(store, 2)]
  for (const { end } of [bare, one, two]) opened.defer(end)
  const prepare = async (endpoint: Endpoint, sample: Sample) => buildRequests(endpoint, sample)
  const imitate = async (endpoint: Endpoint, sample: Sample) => {
    await bare.imitate(one.url, endpoint, buildRequests(endpoint, sample))
    return buildRequests(endpoint, sample)
  }
  return [
    { title: 'bare node:http', ...bare, prepare: imitate },
    { title: 'ours, 1 process', ...one, prepare },
    { title: 'ours, 2 processes', ...two, prepare },
  ]
}

/** The variables that are the same for all commands of the table. */
async function environmentOf(store: Store, count: number, file: string, opened: AsyncDisposableStack) {
  const { popular, memberKeys: jwks } = store.filled
  const lines = Array.from({ length: count }, (_, at) => {
    const sub = memberId(at)
    const trust_mark_types = [commonMarkType, ...(popular.subjects.includes(sub) ? [markType] : [])]
    return `${JSON.stringify({ sub, entity_types: ['openid_relying_party'], jwks, trust_mark_types })}\n`
  })
  const directory = await mkdtemp(join(tmpdir(), 'members-'))
  opened.defer(() => rm(directory, { recursive: true }))
  const MEMBERS = join(directory, 'members.jsonl')
  await writeFile(MEMBERS, lines.join(''))
  const ours = { REDIS_URL: store.redisUrl, KEYS_DIR: store.keysDirectory, ENTITY_ID: entityId }
  return { ...ours, MEMBERS, PEERS: dirname(file), TRUST_MARK_TYPE: commonMarkType }
}

const groups = new Set<number>()
process.once('exit', () => groups.forEach(kill))

function kill(group: number): void {
  groups.delete(group)
  try {
    process.kill(-group, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

/** A command of the shell in its own process group, which prints to the standard error of this process. */
function runShell(command: string, cwd: string, env: NodeJS.ProcessEnv, opened: AsyncDisposableStack) {
  const child = spawn('sh', ['-c', command], { cwd, env, stdio: ['ignore', 2, 2], detached: true })
  const [pid, ended] = [Number(child.pid), once(child, 'exit')]
  groups.add(pid)
  opened.defer(async () => {
    kill(pid)
    await ended
  })
  return { pid, ended, hasEnded: () => child.exitCode !== null || child.signalCode !== null }
}

/** It ends with `opened`. */
export async function startPeer(
  { name, processes, port, start, seed, seconds, paths }: Row,
  shared: Readonly<Record<string, string>>,
  opened: AsyncDisposableStack,
): Promise<Server> {
  await using started = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'peer-'))
  started.defer(() => rm(directory, { recursive: true }))
  const own = { PORT: String(port ?? (await freePort())), ADMIN_PORT: String(await freePort()) }
  const environment = { PATH: process.env.PATH, ...shared, ...own }
  const url = `http://127.0.0.1:${own.PORT}`
  const first = Object.values(paths).find((each) => !each?.includes('{')) ?? '/'
  const server = runShell(start, directory, environment, started)
  const isReady = async () => server.hasEnded() || ask(url, { method: 'GET', path: first })
  await until(isReady, { timeout: seconds * 1000, interval: 50 }).catch(({ message }: Error) => {
    throw new Error(`was not ready within ${seconds} s: it ${message}.`)
  })
  if (server.hasEnded()) throw new Error('its start command ended.')
  if (seed) {
    const limit = setTimeout(seconds * 1000, ['not within its time'], { ref: false })
    const [code] = await Promise.race([runShell(seed, directory, environment, started).ended, limit])
    if (code !== 0) throw new Error(`its seed command did not end with code 0 (${code}).`)
  }
  const running = started.move() // a failure above ends it, because it would disturb the others
  opened.defer(() => running.disposeAsync())
  const prepare = (endpoint: Endpoint, sample: Sample) => preparePeer(url, paths, endpoint, sample)
  const title = `${name}, ${processes} ${processes === 1 ? 'process' : 'processes'}`
  return { title, name, url, pid: server.pid, prepare }
}

/** A server that serves marks has its own. */
async function preparePeer(url: string, paths: Row['paths'], { key = '', form }: Endpoint, sample: Sample) {
  const { [key]: path, trust_mark: markPath } = paths
  if (path === undefined) return undefined
  if (form === undefined) return buildRequests({ path }, sample)
  const marks: string[] = []
  for (const request of markPath === undefined ? [] : buildRequests({ path: markPath }, sample))
    marks.push((await ask(url, request)).body.toString().trim())
  return buildRequests({ path, form }, markPath === undefined ? sample : { ...sample, marks })
}

/** Two columns with the ratios of ours follow each other server. */
function format(servers: readonly Server[], rows: readonly [string, Cell[]][]): string {
  const figure = (cell: Cell | undefined, key: keyof (Rate & { bytes: number })) =>
    typeof cell === 'object' ? number(cell[key]) : String(cell)
  const ratio = (ours?: Cell, theirs?: Cell) => {
    if (typeof ours !== 'object' || typeof theirs !== 'object') return '-'
    const value = ours.perSecond / theirs.perSecond
    return value < 10 ? value.toFixed(2) : number(value)
  }
  const head = servers.flatMap(({ title, name }) =>
    name ? [title, `ours (1) / ${name}`, `ours (2) / ${name}`] : [title],
  )
  const rates = rows.map(([name, cells]) => [
    name,
    ...cells.flatMap((cell, at) => {
      const rate = figure(cell, 'perSecond')
      return servers[at]?.name ? [rate, ratio(cells[1], cell), ratio(cells[2], cell)] : [rate]
    }),
  ])
  const show = (key: 'processor' | 'bytes') =>
    table(
      ['', ...servers.map(({ title }) => title)],
      rows.map(([name, cells]) => [name, ...cells.map((cell) => figure(cell, key))]),
    )
  return [
    '## Requests per second',
    table(['', ...head], rates),
    "## Microseconds of processor time per request, of all of a server's processes",
    show('processor'),
    '## Bytes of one answer',
    show('bytes'),
  ].join('\n\n')
}
