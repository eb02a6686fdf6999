/** Finds the constraints of a federation in those of its members: a member's own replaces one of the federation (§6.2). */
import type { Constraints } from '#core/constraints.ts'
import { getMember, isJsonEqual } from '#core/json.ts'
import { countDistinct } from '#server/convert/sorted.ts'

/** The most frequent value of each constraint that all have. */
export function findCommonConstraints(stated: readonly Constraints[]): Constraints {
  const distinct = countDistinct(stated.map((value) => ({ value })))
  const names = Object.keys(distinct[0]?.value ?? {})
  const common = names.flatMap((name) => {
    const values = distinct.map(({ value, count }) => ({ value: getMember(value, name), count }))
    if (values.some(({ value }) => value === undefined)) return []
    return [[name, countDistinct(values)[0]?.value] as const]
  })
  return Object.fromEntries(common)
}

/** Null: those of the federation. */
export function findOwnConstraints(common: Constraints, stated: Constraints): Constraints | null {
  const own = Object.entries(stated).filter(([name, value]) => !isJsonEqual(value, getMember(common, name)))
  return own.length > 0 ? Object.fromEntries(own) : null
}
