/** Starts the servers that are compared: the bare one, ours with one and two processes, and the others. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { prepareStore, type Store, serve } from '../anchor.ts'
import { startBare } from '../bare.ts'
import { buildRequests, type Endpoint } from '../endpoint.ts'
import { entityId, type Filled, markType, memberId } from '../fill.ts'
import { ask, type Request } from '../request.ts'
import type { Description } from './description.ts'
import { open } from './open.ts'
import { startPeer } from './peer.ts'

export type Contender = {
  title: string
  /** The name of another server. */
  peer?: string
  url: string
  pid: number
  /** Undefined if it lacks the endpoint. */
  prepare(endpoint: Endpoint): Promise<Request[] | undefined>
  /** How its process ended, undefined while it runs. */
  ending?(): string | undefined
}

/** `opened` closes them. A server that does not start is reported by `onFailure`, and left out. */
export async function startContenders(
  { members, descriptions }: { members: number; descriptions: readonly Description[] },
  opened: AsyncDisposableStack,
  onFailure: (sentence: string) => void,
): Promise<Contender[]> {
  const store = await open(
    opened,
    () => prepareStore(members),
    ({ close }) => close(),
  )
  const contenders = await startOurs(store, opened)
  const shared = {
    redis: store.redisUrl,
    keys: store.keysDirectory,
    members: await writeMembers(store.filled, members, opened),
    entityId,
    trust_mark_type: markType,
  }
  for (const description of descriptions) {
    try {
      const peer = await startPeer(description, shared, opened)
      contenders.push({
        ...peer,
        title: titleOf(description.name, description.processes),
        peer: description.name,
        prepare: (endpoint) => preparePeer(peer.url, description, endpoint, store),
      })
    } catch (error) {
      onFailure(`${description.name}: ${messageOf(error)}`)
    }
  }
  return contenders
}

async function startOurs(store: Store, opened: AsyncDisposableStack): Promise<Contender[]> {
  const bare = await open(opened, startBare, ({ end }) => end())
  const prepare = async (endpoint: Endpoint) => buildRequests(endpoint, store.filled)
  const start = async (processes: number) => {
    const { pid, url } = await open(
      opened,
      () => serve(store, processes),
      (program) => program.end(),
    )
    return { title: titleOf('ours', processes), pid, url, prepare }
  }
  const [one, two] = [await start(1), await start(2)]
  const imitating: Contender = {
    title: 'bare node:http',
    pid: bare.pid,
    url: bare.url,
    async prepare(endpoint) {
      const requests = await prepare(endpoint)
      await bare.imitate(one.url, endpoint, requests)
      return requests
    },
  }
  return [imitating, one, two]
}

async function preparePeer(
  url: string,
  { endpoints, storage }: Description,
  { key, form }: Endpoint,
  { filled }: Store,
): Promise<Request[] | undefined> {
  const path = key && endpoints[key]
  if (path === undefined) return undefined
  const call = form === undefined ? { path } : { path, form }
  if (storage === 'redis' || form === undefined || endpoints.trust_mark === undefined)
    return buildRequests(call, filled)
  const marks: string[] = []
  for (const request of buildRequests({ path: endpoints.trust_mark }, filled))
    marks.push((await ask(url, request)).body.toString().trim())
  return buildRequests(call, { ...filled, marks })
}

/** For seed commands: one member a line, as JSON. */
async function writeMembers(
  { sample, memberKeys: jwks }: Filled,
  count: number,
  opened: AsyncDisposableStack,
) {
  const holders = new Set(sample)
  const lines = Array.from({ length: count }, (_, at) => {
    const sub = memberId(at)
    const trust_mark_types = holders.has(sub) ? [markType] : []
    const entity_types = ['openid_relying_party']
    return `${JSON.stringify({ sub, entity_types, jwks, trust_mark_types })}\n`
  })
  const directory = await mkdtemp(join(tmpdir(), 'members-'))
  opened.defer(() => rm(directory, { recursive: true }))
  const file = join(directory, 'members.jsonl')
  await writeFile(file, lines.join(''))
  return file
}

const titleOf = (name: string, processes: number) =>
  `${name}, ${processes} ${processes === 1 ? 'process' : 'processes'}`

export const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
