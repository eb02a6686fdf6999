/** The Immediate Subordinates (§8.2). */
import type { FastifyInstance } from 'fastify'
import { LRUCache } from 'lru-cache'
import type { Subordinate } from '#store/subordinate-reader.ts'
import type { Deps } from '../deps.ts'
import { confirmPublished } from './absence.ts'
import { send } from './answer.ts'
import { type Call, endpoint } from './endpoint.ts'
import { optional } from './parameter.ts'
import { readFilter, selectSubordinates } from './subordinate-filter.ts'

/** Long answers kept in memory, in bytes. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024

export function listRoute(app: FastifyInstance, deps: Deps) {
  const { reader, now } = deps
  const keep = createBodyCache()

  const answer = async ({ reply, parameters }: Call) => {
    const trustMarkTypes = [optional(parameters, 'trust_mark_type') ?? []].flat()
    const filter = await readFilter(parameters, { reader, now: now(), trustMarkTypes })
    const subordinates = await reader.subordinates()
    if (subordinates.length === 0) await confirmPublished(reader)
    const make = () =>
      Buffer.from(JSON.stringify(selectSubordinates(subordinates, filter, now()).map(({ id }) => id)))
    // Who holds which mark changes by itself when marks expire, so that these answers are not kept.
    const body = filter.marked ? make() : keep(subordinates, JSON.stringify(filter), now(), make)
    return send(reply, body, 'application/json')
  }
  endpoint(app, deps, { name: 'list', path: '/list', answer })
}

/** Keeps answers as bytes until the subordinates change or the statement about one of them expires. */
function createBodyCache() {
  const bodies = new LRUCache<string, Buffer>({
    maxSize: MAX_KEPT_BYTES,
    sizeCalculation: (body, key) => body.length + key.length,
  })
  let of: readonly Subordinate[] | undefined
  let until = 0
  return (subordinates: readonly Subordinate[], key: string, now: number, make: () => Buffer): Buffer => {
    if (of !== subordinates || until <= now) {
      bodies.clear()
      of = subordinates
      until = nextExpiry(subordinates, now)
    }
    const held = bodies.get(key)
    if (held) return held
    const body = make()
    bodies.set(key, body)
    return body
  }
}

function nextExpiry(subordinates: readonly Subordinate[], now: number): number {
  return subordinates.reduce(
    (next, { expires }) => (expires > now ? Math.min(next, expires) : next),
    Infinity,
  )
}
