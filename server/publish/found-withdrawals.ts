/**
 * Finds what Redis says and an older database lacks, before that database is published: a backup was restored beside a newer
 * Redis, or a replica without the last changes took over. An empty or older Redis has nothing of that.
 */
import { STATUS_LIST_BYTES } from '#core/status-list.ts'
import { toUnix } from '#server/clock.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { readPublishedList } from '#server/publish/drift/status-lists.ts'
import { findSubordinateEvents } from '#server/publish/subordinate-events.ts'
import { scanHash } from '#store/scan.ts'
import type { StatusList, StatusListFacts } from '#store/status-list.ts'
import { parseSubordinateEvents, type SubordinateEvent } from '#store/subordinate-event.ts'
import { parseTrustMarkRevocation } from '#store/trust-mark-record.ts'

/** A page of it. Each list may have what the database knows after all. */
export type Found = {
  /** Of active members. */
  withdrawn: readonly { entityId: string; isRemoved: boolean }[]
  /** By the SHA-256, in hex, of the Trust Mark. */
  revoked: ReadonlyMap<string, Date>
  /** What status lists say that are published. */
  lists: readonly (StatusList & { number: number })[]
  /** Published members of which the database has never heard. */
  unknown: readonly string[]
}

const nothing: Found = { withdrawn: [], revoked: new Map(), lists: [], unknown: [] }

export async function* findWithdrawals(context: PublishContext): AsyncGenerator<Found> {
  const { redis, keys } = context
  for await (const page of scanHash(redis, keys.subordinateEvents))
    yield { ...nothing, withdrawn: await findWithdrawn(context, page) }
  for await (const page of scanHash(redis, keys.trustMarkRevocations))
    yield {
      ...nothing,
      revoked: new Map(page.map(([hash, text]) => [hash, parseTrustMarkRevocation(text) ?? context.now()])),
    }
  // After the revocations, because only the others are lost.
  for await (const page of scanHash(redis, keys.statusLists)) {
    const lists = await Promise.all(page.map(([name]) => readList(context, name)))
    yield { ...nothing, lists: lists.flat() }
  }
  for await (const page of scanHash(redis, keys.subordinateInfo)) {
    const named = page.map(([entityId]) => entityId)
    yield { ...nothing, unknown: await findUnknown(context, named) }
  }
}

async function readList(context: PublishContext, name: string): Promise<Found['lists']> {
  const list = await readPublishedList(context, name)
  const facts = list && orNull(() => JSON.parse(list.facts) as StatusListFacts) // as our publisher wrote it
  const isOurs = list?.bytes.length === STATUS_LIST_BYTES
  return list && facts && isOurs ? [{ number: Number(name), bytes: list.bytes, ...facts }] : []
}

async function findWithdrawn(context: PublishContext, page: readonly [entityId: string, text: string][]) {
  const ends = new Map<string, SubordinateEvent>()
  for (const [entityId, text] of page) {
    const last = lastDecision(orNull(() => parseSubordinateEvents(text)) ?? [])
    if (last && !begins.includes(last.event)) ends.set(entityId, last)
  }
  if (ends.size === 0) return []
  const rows = await context.db.subordinate.findMany({
    where: { active: true, entityId: { in: [...ends.keys()] } },
    select: { entityId: true, registeredAt: true },
  })
  const own = await findSubordinateEvents(
    context,
    rows.map(({ entityId }) => entityId),
  )
  const eventsOf = new Map(own.map(({ entityId, events }) => [entityId, events]))
  return rows.flatMap(({ entityId, registeredAt }) => {
    const [end, events] = [ends.get(entityId), eventsOf.get(entityId) ?? []]
    if (!end || events.some(({ iat, event }) => iat === end.iat && event === end.event)) return []
    // The audit log may be kept for a shorter time than the member.
    const since = Math.max(toUnix(registeredAt), lastDecision(events)?.iat ?? 0)
    return end.iat < since ? [] : [{ entityId, isRemoved: end.event === 'revocation' }]
  })
}

/** What another program wrote, a rebuild replaces. */
function orNull<Value>(parse: () => Value): Value | null {
  try {
    return parse()
  } catch {
    return null
  }
}

const begins: readonly string[] = ['registration', 'reactivation']
const decisions = [...begins, 'suspension', 'revocation']

/** Whether it is published, as the last of these says. */
const lastDecision = (events: readonly SubordinateEvent[]) =>
  events.findLast(({ event }) => decisions.includes(event))

/** One that the database removed is in its audit log. */
async function findUnknown(context: PublishContext, entityIds: readonly string[]): Promise<string[]> {
  const rows = await context.db.subordinate.findMany({
    where: { entityId: { in: [...entityIds] } },
    select: { entityId: true },
  })
  const known = new Set(rows.map(({ entityId }) => entityId))
  const others = entityIds.filter((entityId) => !known.has(entityId))
  if (others.length === 0) return []
  const removed = await findSubordinateEvents(context, others)
  const heard = new Set(removed.map(({ entityId }) => entityId))
  return others.filter((entityId) => !heard.has(entityId))
}
