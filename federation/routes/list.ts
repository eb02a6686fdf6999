/** The Immediate Subordinates (§8.2). */
import type { FastifyInstance } from 'fastify'
import { LRUCache } from 'lru-cache'
import { isCurrent } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'
import { findSubordinate } from '#store/subordinate-index.ts'
import type { Subordinate } from '#store/subordinate-reader.ts'
import { currentHolders } from '#store/trust-mark-reader.ts'
import type { Deps } from '../deps.ts'
import { confirmPublished } from './absence.ts'
import { send } from './answer.ts'
import { type Call, endpoint } from './endpoint.ts'
import { optional, optionalBoolean, repeatable } from './parameter.ts'

/** `undefined` is a filter that was not asked for; all filters must let an entity pass. */
type Filter = {
  /** Any of these: the text leaves open whether all, and the Entity Collection draft says any. */
  entityTypes: readonly string[]
  intermediate: boolean | undefined
  /** Those who hold a mark that was asked for, sorted. */
  marked: readonly string[] | undefined
}

/** Long answers kept in memory, in bytes. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024

export function listRoute(app: FastifyInstance, deps: Deps) {
  const { reader, now } = deps
  const keep = createBodyCache()

  const answer = async ({ reply, parameters }: Call) => {
    const filter: Filter = {
      entityTypes: repeatable(parameters, 'entity_type').sort(),
      // `false` asks for those that are no Intermediates; the text only defines `true`.
      intermediate: optionalBoolean(parameters, 'intermediate'),
      marked: await readMarked(reader, parameters, now()),
    }
    const subordinates = await reader.subordinates()
    if (subordinates.length === 0) await confirmPublished(reader)
    const make = () => Buffer.from(JSON.stringify(select(subordinates, filter, now())))
    // Who holds which mark changes by itself when marks expire, so that these answers are not kept.
    const body = filter.marked ? make() : keep(subordinates, JSON.stringify(filter), now(), make)
    return send(reply, body, 'application/json')
  }
  endpoint(app, deps, { name: 'list', path: '/list', answer })
}

/** Those of the subordinates that pass; one whose statement has expired is vouched for no longer. */
function select(subordinates: readonly Subordinate[], filter: Filter, now: number): string[] {
  const passes = (each: Subordinate) =>
    isCurrent(each, now) &&
    (filter.entityTypes.length === 0 || filter.entityTypes.some((type) => each.entityTypes.includes(type))) &&
    (filter.intermediate === undefined || filter.intermediate === each.isIntermediate)
  // Looking up the few that are marked costs less than asking everyone.
  const candidates = filter.marked?.flatMap((id) => findSubordinate(subordinates, id) ?? []) ?? subordinates
  return candidates.filter(passes).map(({ id }) => id)
}

/** Who holds a mark issued here that is still valid; undefined when neither parameter asks for one. */
async function readMarked(
  reader: Reader,
  query: unknown,
  now: number,
): Promise<readonly string[] | undefined> {
  const isMarked = optionalBoolean(query, 'trust_marked')
  const type = optional(query, 'trust_mark_type')
  if (type === undefined && isMarked !== true) return undefined
  const types = type === undefined ? await reader.trustMarkTypes() : [type]
  const holders = await Promise.all(types.map((each) => reader.trustMarkHolders(each)))
  return [...new Set(holders.flatMap((each) => currentHolders(each, now)))].sort()
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
