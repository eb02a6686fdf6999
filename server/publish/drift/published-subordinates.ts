/** Reads what Redis says of subordinates. */
import type { PublishContext } from '#server/publish/context.ts'
import { kindSets } from '#server/publish/write.ts'

export type PublishedSubordinate = {
  statement: string | null
  configuration: string | null
  info: string | null
  /** In the order of the table of sets. */
  memberships: readonly boolean[]
}

/** In the order of the names. `asks`: whether to look for one of them in a set. */
export async function readPublished(
  { redis, keys }: PublishContext,
  entityIds: readonly string[],
  asks = (_set: number, _at: number) => true,
): Promise<PublishedSubordinate[]> {
  if (entityIds.length === 0) return []
  const membersOf = async ([name]: (typeof kindSets)[number], set: number) => {
    const asked = entityIds.filter((_, at) => asks(set, at))
    const answers = asked.length > 0 ? await redis.smismember(keys[name], ...asked) : []
    return new Set(asked.filter((_, at) => answers[at] === 1))
  }
  const [statements, configurations, infos, ...sets] = await Promise.all([
    redis.hmget(keys.subordinates, ...entityIds),
    redis.hmget(keys.subordinateConfigurations, ...entityIds),
    redis.hmget(keys.subordinateInfo, ...entityIds),
    ...kindSets.map(membersOf),
  ])
  return entityIds.map((entityId, at) => ({
    statement: statements[at] ?? null,
    configuration: configurations[at] ?? null,
    info: infos[at] ?? null,
    memberships: sets.map((members) => members.has(entityId)),
  }))
}
