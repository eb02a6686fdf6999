/** The Immediate Subordinates (§8.2). */
import type { FastifyInstance } from 'fastify'
import { isCurrent } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'
import type { Subordinate } from '#store/subordinate-reader.ts'
import { currentHolders } from '#store/trust-mark-reader.ts'
import type { Deps } from '../deps.ts'
import { send } from './answer.ts'
import { optional, optionalBoolean, repeatable } from './parameter.ts'

/** `undefined` is a filter that was not asked for; all filters must let an entity pass. */
type Filter = {
  /** Any of these: the text leaves open whether all, and the Entity Collection draft says any. */
  entityTypes: readonly string[]
  intermediate: boolean | undefined
  /** Only these hold a mark that was asked for. */
  marked: ReadonlySet<string> | undefined
}

export function listRoute(app: FastifyInstance, { reader, now }: Deps) {
  const unfiltered = createBodyCache()

  app.get('/list', async (request, reply) => {
    const { query } = request
    const filter: Filter = {
      entityTypes: repeatable(query, 'entity_type'),
      // `false` asks for those that are no Intermediates; the text only defines `true`.
      intermediate: optionalBoolean(query, 'intermediate'),
      marked: await readMarked(reader, query, now()),
    }
    const subordinates = await reader.subordinates()
    const isFiltered = filter.entityTypes.length > 0 || filter.intermediate !== undefined || filter.marked
    const body = isFiltered
      ? JSON.stringify(select(subordinates, filter, now()))
      : unfiltered(subordinates, filter, now())
    return send(reply, body, 'application/json')
  })
}

/** Those of the subordinates that pass; one whose statement has expired is vouched for no longer. */
function select(subordinates: readonly Subordinate[], filter: Filter, now: number): string[] {
  const passes = (each: Subordinate) =>
    isCurrent(each, now) &&
    (filter.entityTypes.length === 0 || filter.entityTypes.some((type) => each.entityTypes.includes(type))) &&
    (filter.intermediate === undefined || filter.intermediate === each.isIntermediate) &&
    (filter.marked === undefined || filter.marked.has(each.id))
  return subordinates.filter(passes).map(({ id }) => id)
}

/** Who holds a mark issued here that is still valid; undefined when neither parameter asks for one. */
async function readMarked(
  reader: Reader,
  query: unknown,
  now: number,
): Promise<ReadonlySet<string> | undefined> {
  const type = optional(query, 'trust_mark_type')
  if (type === undefined && optionalBoolean(query, 'trust_marked') !== true) return undefined
  const types = type === undefined ? await reader.trustMarkTypes() : [type]
  const holders = await Promise.all(types.map((each) => reader.trustMarkHolders(each)))
  return new Set(holders.flatMap((each) => currentHolders(each, now)))
}

/** Keeps the long answer, everything, as bytes until the subordinates change or one of them expires. */
function createBodyCache() {
  let held: { of: readonly Subordinate[]; body: Buffer; until: number } | undefined
  return (subordinates: readonly Subordinate[], filter: Filter, now: number): Buffer => {
    if (held?.of !== subordinates || held.until <= now) {
      const body = Buffer.from(JSON.stringify(select(subordinates, filter, now)))
      held = { of: subordinates, body, until: nextExpiry(subordinates, now) }
    }
    return held.body
  }
}

function nextExpiry(subordinates: readonly Subordinate[], now: number): number {
  return subordinates.reduce(
    (next, { expires }) => (expires > now ? Math.min(next, expires) : next),
    Infinity,
  )
}
