/** Reads what Redis says of subordinates. */
import type { PublishContext } from '#server/publish/context.ts'
import { countListed, type ListLookup, listedItems, openList } from '#server/publish/drift/listed.ts'
import { type KindFacts, kindSets } from '#server/publish/write.ts'
import { scanHash, scanSet } from '#store/scan.ts'
import { formatSubordinateInfo } from '#store/subordinate-info.ts'
import { type Subordinate, subordinateFormat } from '#store/subordinate-reader.ts'

export type PublishedSubordinate = {
  statement: Buffer | null
  configuration: Buffer | null
  info: string | null
  /** What the sorted list says, in the form of the info. */
  listed: string | null
  /** In the order of the table of sets. */
  memberships: readonly boolean[]
}

/** The sorted list. */
const placeOf = ({ keys }: Pick<PublishContext, 'keys'>) => ({
  key: keys.subordinatePages,
  format: subordinateFormat,
})

export const openSubordinateList = (context: PublishContext) => openList(context.redis, placeOf(context))

/** In the order of the names. `asks`: whether to look for one of them in a set. */
export async function readPublished(
  { redis, keys }: PublishContext,
  findListed: ListLookup<Subordinate>,
  entityIds: readonly string[],
  asks = (_set: number, _at: number) => true,
): Promise<PublishedSubordinate[]> {
  if (entityIds.length === 0) return []
  const membersOf = async ([name]: (typeof kindSets)[number], set: number) => {
    const asked = entityIds.filter((_, at) => asks(set, at))
    const answers = asked.length > 0 ? await redis.smismember(keys[name], ...asked) : []
    return new Set(asked.filter((_, at) => answers[at] === 1))
  }
  const [statements, configurations, infos, listed, ...sets] = await Promise.all([
    redis.hmgetBuffer(keys.subordinates, ...entityIds),
    redis.hmgetBuffer(keys.subordinateConfigurations, ...entityIds),
    redis.hmget(keys.subordinateInfo, ...entityIds),
    findListed(entityIds),
    ...kindSets.map(membersOf),
  ])
  return entityIds.map((entityId, at) => ({
    statement: statements[at] ?? null,
    configuration: configurations[at] ?? null,
    info: infos[at] ?? null,
    listed: toInfo(listed[at] ?? null),
    memberships: sets.map((members) => members.has(entityId)),
  }))
}

function toInfo(item: Subordinate | null): string | null {
  if (!item) return null
  const { entityTypes, isIntermediate: intermediate, registered = 0, updated = 0, expires } = item
  return formatSubordinateInfo({ entity_types: [...entityTypes], intermediate, registered, updated, expires })
}

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
