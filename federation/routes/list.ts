/** The Immediate Subordinates (§8.2). */
import type { FastifyInstance } from 'fastify'
import { LRUCache } from 'lru-cache'
import type { Deps } from '../deps.ts'
import { confirmPublished } from './absence.ts'
import { send } from './answer.ts'
import { type Call, endpoint } from './endpoint.ts'
import { optional, optionalBoolean } from './parameter.ts'
import { readFilter, selectSubordinates } from './subordinate-filter.ts'

/** Long answers kept in memory, in bytes. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024

export function listRoute(app: FastifyInstance, deps: Deps) {
  const { reader, now } = deps
  const keep = createBodyCache()

  const answer = async ({ reply, parameters }: Call) => {
    const trustMarkTypes = [optional(parameters, 'trust_mark_type') ?? []].flat()
    const filter = await readFilter(parameters, { reader, trustMarkTypes })
    const subordinates = await reader.subordinates()
    if (subordinates.length === 0) await confirmPublished(reader)
    const { entityTypes, intermediate, holders = [] } = filter
    const isMarked = optionalBoolean(parameters, 'trust_marked')
    const key = JSON.stringify([entityTypes, intermediate, isMarked, trustMarkTypes])
    const body = keep(key, [subordinates, ...holders], now(), () => {
      const found = selectSubordinates(subordinates, filter, { now: now() })
      return Buffer.from(JSON.stringify(found.map(({ id }) => id)))
    })
    return send(reply, body, 'application/json')
  }
  endpoint(app, deps, { name: 'list', path: '/list', answer })
}

/** What an answer is made from: the lists that the reader holds, which it replaces when something changes. */
type Sources = readonly (readonly { expires: number | undefined }[])[]

type Kept = { body: Buffer; sources: Sources; until: number }

/** Keeps answers as bytes until a source changes, or what it lists expires. */
function createBodyCache() {
  const bodies = new LRUCache<string, Kept>({
    maxSize: MAX_KEPT_BYTES,
    sizeCalculation: ({ body }, key) => body.length + key.length,
  })
  return (key: string, sources: Sources, now: number, make: () => Buffer): Buffer => {
    const kept = bodies.get(key)
    if (kept && kept.until > now && isSame(kept.sources, sources)) return kept.body
    const body = make()
    bodies.set(key, { body, sources, until: nextExpiry(sources, now) })
    return body
  }
}

function isSame(before: Sources, after: Sources): boolean {
  return before.length === after.length && before.every((list, at) => list === after[at])
}

function nextExpiry(sources: Sources, now: number): number {
  let next = Infinity
  for (const list of sources) {
    for (const { expires = Infinity } of list) if (expires > now && expires < next) next = expires
  }
  return next
}
