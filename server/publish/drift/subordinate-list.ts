/**
 * Compares the sorted list of subordinates: with the data for lists in Redis, which is compared with the database elsewhere, and
 * where they differ, with the database.
 */
import type { PublishContext } from '#server/publish/context.ts'
import { compare, type Drift, type DriftSource } from '#server/publish/drift/drift.ts'
import { findExpected } from '#server/publish/drift/expected-subordinates.ts'
import { listedItems, readListed } from '#server/publish/drift/listed.ts'
import { toPublish } from '#server/publish/outbox.ts'
import { scanHash } from '#store/scan.ts'
import { parseSubordinateInfo } from '#store/subordinate-info.ts'
import { type Subordinate, subordinateFormat, toSubordinate } from '#store/subordinate-reader.ts'

export const subordinateList: DriftSource = { compareAll, driftOf }

const placeOf = ({ keys }: PublishContext) => ({ key: keys.subordinatePages, format: subordinateFormat })

async function* compareAll(context: PublishContext): AsyncGenerator<Drift[]> {
  const { redis, keys } = context
  let right = 0
  for await (const items of listedItems(redis, placeOf(context))) {
    if (items.length === 0) continue
    const infos = await redis.hmget(keys.subordinateInfo, ...items.map(({ id }) => id))
    const suspects = items.filter((item, at) => textOf(item) !== textOf(parse(item.id, infos[at])))
    right += items.length - suspects.length
    yield await driftOf(
      context,
      suspects.map(({ id }) => id),
    )
  }
  if (right !== (await redis.hlen(keys.subordinateInfo))) yield* compareOthers(context)
}

/** Those that may be missing from the list. */
async function* compareOthers(context: PublishContext): AsyncGenerator<Drift[]> {
  const { redis, keys } = context
  const listed = new Set<string>()
  for await (const items of listedItems(redis, placeOf(context))) for (const { id } of items) listed.add(id)
  for await (const page of scanHash(redis, keys.subordinateInfo)) {
    yield await driftOf(
      context,
      page.flatMap(([id]) => (listed.has(id) ? [] : [id])),
    )
  }
}

async function driftOf(context: PublishContext, entityIds: readonly string[]): Promise<Drift[]> {
  if (entityIds.length === 0) return []
  const [expected, actual] = await Promise.all([
    findExpected(context, entityIds),
    readListed(context.redis, placeOf(context), entityIds),
  ])
  const byName = new Map(expected.map(({ entityId, info }) => [entityId, info]))
  return entityIds.flatMap((name, at) => {
    const kind = compare(textOf(parse(name, byName.get(name))), textOf(actual[at] ?? null))
    const words = `place in the list of subordinates of ${name}`
    return kind ? [{ kind, words, name, item: toPublish('subordinate', name) }] : []
  })
}

function parse(id: string, text: string | null | undefined): Subordinate | null {
  const info = parseSubordinateInfo(text)
  return info ? toSubordinate(id, info) : null
}

const textOf = (subordinate: Subordinate | null) =>
  subordinate && JSON.stringify({ ...subordinateFormat.split(subordinate), expires: subordinate.expires })
