/** Groups entities by what a change does to them. */
import { createHash } from 'node:crypto'
import { getMember, isJsonEqual } from '#core/json.ts'
import type { Metadata } from '#core/metadata.ts'
import type { Path } from '#core/path.ts'
import type { BothResolved } from '#server/services/effect/comparison.ts'

export type EffectGroup = {
  /** Names the group in a later request. */
  key: string
  effect: 'FAILS' | 'CHANGED'
  /** Whether its entities resolve before the change. */
  resolvesNow: boolean
  /** The parameter: Entity Type and name, or the type alone; or the claim at fault, if there is one. */
  path: Path
  /** The operator of the policy that refuses it. */
  operator: string | null
  /** The values of the parameter, undefined where it is absent. Of an Entity Type: true where it is there. */
  before: unknown
  after: unknown
  /** Its entities have different values or reasons, which are too many to tell apart. */
  isMixed: boolean
  /** Why the first of its entities would not resolve. */
  message: string | null
  /** Keys of the entities, in the order of the database. */
  ids: number[]
}

/** Groups with the same path that differ in values. */
const MAX_VALUES = 20
const MAX_GROUPS = 200
/** Characters of the values as JSON. */
const MAX_LENGTH = 2_000

type Kind = Pick<EffectGroup, 'effect' | 'resolvesNow' | 'path' | 'operator'>
type Values = Pick<EffectGroup, 'before' | 'after' | 'message'>

const noValues: Values = { before: undefined, after: undefined, message: null }

export function createEffectGroups() {
  const groups = new Map<string, EffectGroup>()
  const variants = new Map<string, number>()
  /** Of entities that share one effect. */
  const known = new WeakMap<BothResolved, EffectGroup[]>()

  /** The message of a failure with a path is an example; one without a path is the rule itself. */
  function groupOf(kind: Kind, values: Values): EffectGroup {
    const distinct = kind.effect === 'FAILS' ? [kind.path.length === 0 && values.message] : valuesOf(values)
    const text = JSON.stringify([kind, distinct])
    return (
      groups.get(text) ??
      (text.length <= MAX_LENGTH ? open(text, kind, { ...values, isMixed: false }) : undefined) ??
      mixed(kind, values)
    )
  }

  function open(text: string, kind: Kind, values: Values & { isMixed: boolean }): EffectGroup | undefined {
    const all = JSON.stringify(kind)
    const count = variants.get(all) ?? 0
    if (!values.isMixed && (count >= MAX_VALUES || groups.size >= MAX_GROUPS)) return undefined
    variants.set(all, count + 1)
    const key = createHash('sha256').update(text).digest('base64url').slice(0, 16)
    const group: EffectGroup = { key, ...kind, ...values, ids: [] }
    groups.set(text, group)
    return group
  }

  /** One for a path; beyond the limit of groups, one for all paths. */
  function mixed(kind: Kind, { message }: Values): EffectGroup {
    const general = groups.size < MAX_GROUPS ? kind : { ...kind, path: [], operator: null }
    const text = JSON.stringify([general, 'mixed'])
    const values = { ...noValues, message, isMixed: true }
    return groups.get(text) ?? open(text, general, values) ?? { key: '', ...general, ...values, ids: [] }
  }

  function groupsOf({ before, after }: BothResolved): EffectGroup[] {
    const resolvesNow = before.fault === null
    if (after.fault) {
      const { path = [], operator = null, message } = after.fault
      return [groupOf({ effect: 'FAILS', resolvesNow, path, operator }, { ...noValues, message })]
    }
    const changed = { effect: 'CHANGED', resolvesNow, operator: null } as const
    if (before.fault) {
      const { message } = before.fault
      return [groupOf({ ...changed, path: [] }, { ...noValues, message })]
    }
    return differencesOf(before.metadata, after.metadata).map(({ path, ...values }) =>
      groupOf({ ...changed, path }, { ...noValues, ...values }),
    )
  }

  return {
    add(id: number, effect: BothResolved): void {
      const found = known.get(effect) ?? groupsOf(effect)
      known.set(effect, found)
      for (const { ids } of found) if (ids.at(-1) !== id) ids.push(id)
    },

    /** What would break first, then changes; the largest first. */
    list: (): EffectGroup[] =>
      [...groups.values()].sort((a, b) => rankOf(a) - rankOf(b) || b.ids.length - a.ids.length),
  }
}

function rankOf({ effect, resolvesNow }: EffectGroup): number {
  if (effect === 'FAILS') return resolvesNow ? 0 : 3
  return resolvesNow ? 1 : 2
}

/** An absent value is not null. */
function valuesOf({ before, after }: Values): unknown[] {
  return [before === undefined, before, after === undefined, after]
}

/** By Entity Type and parameter. A type that is there on one side only is one difference. */
function differencesOf(before: Metadata, after: Metadata) {
  const namesOf = (...objects: (object | undefined)[]) =>
    new Set(objects.flatMap((object) => Object.keys(object ?? {})))
  return [...namesOf(before, after)].flatMap((type) => {
    const [one, other] = [getMember(before, type), getMember(after, type)]
    if (!one || !other) return [{ path: [type], before: one && true, after: other && true }]
    return [...namesOf(one, other)].flatMap((name) => {
      const values = { before: getMember(one, name), after: getMember(other, name) }
      return isJsonEqual(values.before, values.after) ? [] : [{ path: [type, name], ...values }]
    })
  })
}
