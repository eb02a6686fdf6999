/** Counts and groups what a plan does to members, or to entities below Intermediates, and names some of each group. */
import type { Path } from '#core/path.ts'
import type { Database } from '#server/database/client.ts'
import type { BothResolved } from '#server/services/effect/comparison.ts'
import { createEffectGroups, type EffectGroup } from '#server/services/effect/effect-groups.ts'
import { isUnchanged } from '#server/services/effect/other-chains.ts'

/** Entities that are named in a group. */
export const EXAMPLES = 20
const PAGE = 1_000

export type Place = 'MEMBER' | 'BELOW'
export type NamedEntity = { entityId: string; displayName: string | null }

/** Entities to which the plan does the same. */
export type PlanGroup = {
  /** Names the group in a later request. */
  key: string
  /** Members, or entities below Intermediates. */
  place: Place
  /** The parameter: Entity Type and name, or the type alone; or the claim at fault, if there is one. */
  path: Path
  /** The operator of the policy that refuses them. */
  operator: string | null
  /** The values of the parameter; undefined where it is absent. */
  before: unknown
  after: unknown
  /** Its entities have different values or reasons, which are too many for a group each. */
  isMixed: boolean
  /** Why the first of them would not resolve, or does not resolve now, as a sentence; null for changes. */
  reason: string | null
  count: number
  examples: NamedEntity[]
  /** Keys of them all. */
  ids: readonly number[]
}

export type PlaceCounts = {
  stops: number
  starts: number
  changes: number
  examined: number
  /** What is stored does not tell. */
  unknown: number
}

export type GroupKind = 'stops' | 'starts' | 'changes'

export function createTally(place: Place) {
  const groups = createEffectGroups()
  const counts: PlaceCounts = { stops: 0, starts: 0, changes: 0, examined: 0, unknown: 0 }

  return {
    counts,

    add(id: number, effect: BothResolved | null): void {
      counts.examined += 1
      if (!effect) counts.unknown += 1
      if (!effect || isUnchanged(effect)) return
      counts[kindOf(effect.before.fault === null, effect.after.fault !== null)] += 1
      groups.add(id, effect)
    },

    async groups(db: Database): Promise<{ kind: GroupKind; group: PlanGroup }[]> {
      const found = groups.list()
      const names = await readNames(db, place, [...new Set(found.flatMap(exampleIds))])
      return found.map((group) => ({
        kind: kindOf(group.resolvesNow, group.effect === 'FAILS'),
        group: toPlanGroup(place, group, names),
      }))
    },
  }
}

function kindOf(resolvesNow: boolean, fails: boolean): GroupKind {
  if (fails) return 'stops'
  return resolvesNow ? 'changes' : 'starts'
}

const exampleIds = ({ ids }: EffectGroup) => ids.slice(0, EXAMPLES)

/** The entities of a group, in pages. */
export async function readEntities(
  db: Database,
  { place, ids, examples }: PlanGroup,
  skip: number,
  first: number,
): Promise<NamedEntity[]> {
  const end = Math.min(skip + first, ids.length)
  if (end <= examples.length) return examples.slice(skip, end)
  const found: NamedEntity[] = []
  for (let at = skip; at < end; at += PAGE) {
    const page = ids.slice(at, Math.min(at + PAGE, end))
    const names = await readNames(db, place, page)
    found.push(...page.flatMap((id) => names.get(id) ?? []))
  }
  return found
}

type Names = ReadonlyMap<number, NamedEntity>

async function readNames(db: Database, place: Place, ids: readonly number[]): Promise<Names> {
  const query = { where: { id: { in: [...ids] } }, select: { id: true, entityId: true, displayName: true } }
  const rows =
    place === 'MEMBER' ? await db.subordinate.findMany(query) : await db.collectedEntity.findMany(query)
  return new Map(rows.map(({ id, ...named }) => [id, named]))
}

function toPlanGroup(place: Place, group: EffectGroup, names: Names): PlanGroup {
  const { path, operator, before, after, isMixed, message, ids } = group
  const key = `${place} ${group.key}`
  const examples = exampleIds(group).flatMap((id) => names.get(id) ?? [])
  return {
    key,
    place,
    path,
    operator,
    before,
    after,
    isMixed,
    reason: message,
    count: ids.length,
    examples,
    ids,
  }
}
