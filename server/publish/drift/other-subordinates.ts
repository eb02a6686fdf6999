/** Finds what only Redis says of subordinates: where it names another number than was compared, all are looked up. */
import type { PublishContext } from '#server/publish/context.ts'
import { countListed, listedItems } from '#server/publish/drift/listed.ts'
import { type PublishedSubordinate, placeOf } from '#server/publish/drift/published-subordinates.ts'
import { type KindFacts, kindSets } from '#server/publish/write.ts'
import { scanHash, scanSet } from '#store/scan.ts'

/** Where Redis names subordinates. */
type Place = {
  /** The number of those that were compared and are there. */
  seen: number
  has(published: PublishedSubordinate): boolean
  /** Whether a subordinate that is published should be there. */
  expects(facts: KindFacts): boolean
  size(): Promise<number>
  names(): AsyncGenerator<string[]>
}

export function createTally({ db, redis, keys }: PublishContext) {
  const place = placeOf({ keys })
  const list: Place = {
    seen: 0,
    has: ({ listed }) => listed !== null,
    expects: () => true,
    size: () => countListed(redis, place),
    async *names() {
      for await (const items of listedItems(redis, place)) yield items.map(({ id }) => id)
    },
  }
  const hash = (key: string, has: Place['has']): Place => ({
    seen: 0,
    has,
    expects: () => true,
    size: () => redis.hlen(key),
    async *names() {
      for await (const page of scanHash(redis, key)) yield page.map(([field]) => field)
    },
  })
  const places: readonly Place[] = [
    hash(keys.subordinates, ({ statement }) => statement !== null),
    hash(keys.subordinateInfo, ({ info }) => info !== null),
    list,
    ...kindSets.map(([name, belongs], at) => ({
      seen: 0,
      has: ({ memberships }: PublishedSubordinate) => memberships[at] === true,
      expects: belongs,
      size: () => redis.scard(keys[name]),
      names: () => scanSet(redis, keys[name]),
    })),
  ]

  async function unexpected(entityIds: string[], { expects }: Place): Promise<string[]> {
    const rows = await db.subordinate.findMany({
      where: { active: true, statement: { not: null }, entityId: { in: entityIds } },
      select: { entityId: true, entityTypes: true, intermediate: true },
    })
    const expected = rows.filter(({ entityTypes: entity_types, intermediate }) =>
      expects({ entity_types, intermediate }),
    )
    const known = new Set(expected.map(({ entityId }) => entityId))
    return entityIds.filter((entityId) => !known.has(entityId))
  }

  return {
    /** Counts what was compared. Each subordinate counts once. */
    add(published: readonly PublishedSubordinate[]): void {
      for (const place of places) for (const each of published) if (place.has(each)) place.seen += 1
    },

    /** Yields pages of names. A change meanwhile may hide one until the next comparison. */
    async *others(): AsyncGenerator<string[]> {
      for (const place of places) {
        if ((await place.size()) === place.seen) continue
        for await (const page of place.names()) yield await unexpected(page, place)
      }
    },
  }
}
