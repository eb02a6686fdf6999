/** Reads what Redis says of subordinates. */
import type { PublishContext } from '#server/publish/context.ts'
import { type ListLookup, openList } from '#server/publish/drift/listed.ts'
import { kindSets } from '#server/publish/write.ts'
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
export const placeOf = ({ keys }: Pick<PublishContext, 'keys'>) => ({
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
