/** What the effect of a plan says, and what a resolver finds before and after, in the same form. */
import { getMember, isJsonEqual } from '#core/json.ts'
import type { Metadata } from '#core/metadata.ts'
import type { PlanGroup } from '#server/services/effect/tally.ts'
import type { Resolution } from '#test/server/effect/memory-federation.ts'

type Group = Pick<PlanGroup, 'path' | 'before' | 'after'> & { examples: readonly { entityId: string }[] }
export type SayingEffect = Record<'stops' | 'starts' | 'changes', readonly Group[]>

type Said = { stops: string[]; starts: string[]; changes: string[] }

/** As texts: the entity, or with the path and both values. */
export function saidBy({ stops, starts, changes }: SayingEffect): Said {
  const names = (groups: readonly Group[]) =>
    groups.flatMap(({ examples }) => examples.map(({ entityId }) => entityId)).sort()
  return {
    stops: names(stops),
    starts: names(starts),
    changes: changes
      .flatMap(({ path, before, after, examples }) =>
        examples.map(({ entityId }) => JSON.stringify([entityId, path, before ?? null, after ?? null])),
      )
      .sort(),
  }
}

export function compare(before: Resolution, after: Resolution): Said {
  const ids = [...before.keys()].sort()
  const [was, is] = [(id: string) => before.get(id) ?? null, (id: string) => after.get(id) ?? null]
  return {
    stops: ids.filter((id) => was(id) && !is(id)),
    starts: ids.filter((id) => !was(id) && is(id)),
    changes: ids.flatMap((id) => differencesOf(id, was(id), is(id))).sort(),
  }
}

function differencesOf(id: string, before: Metadata | null, after: Metadata | null): string[] {
  if (!before || !after) return []
  const types = new Set([...Object.keys(before), ...Object.keys(after)])
  const text = (path: string[], one: unknown, other: unknown) =>
    JSON.stringify([id, path, one ?? null, other ?? null])
  return [...types].flatMap((type) => {
    const [one, other] = [getMember(before, type), getMember(after, type)]
    if (!one || !other) return [text([type], one && true, other && true)]
    const names = [...new Set([...Object.keys(one), ...Object.keys(other)])]
    const changed = names.filter((name) => !isJsonEqual(one[name] ?? null, other[name] ?? null))
    return changed.map((name) => text([type, name], one[name], other[name]))
  })
}

type Counts = Record<'stops' | 'starts' | 'changes' | 'unknown', number>

const sum = (one: Counts, other: Counts, name: 'stops' | 'starts' | 'changes') => one[name] + other[name]

export function countsOf({ members, below }: { members: Counts; below: Counts }) {
  return {
    stops: sum(members, below, 'stops'),
    starts: sum(members, below, 'starts'),
    changes: sum(members, below, 'changes'),
    unknown: members.unknown + below.unknown,
  }
}

export function countsIn({ stops, starts, changes }: Said) {
  const changed = new Set(changes.map((text) => JSON.parse(text)[0]))
  return { stops: stops.length, starts: starts.length, changes: changed.size, unknown: 0 }
}
