/**
 * Finds the metadata policy of a federation in what its anchor states about each member. One statement has one policy
 * (§6.1.4.1), so the source does not show which part is the federation's.
 */
import type { Constraints } from '#core/constraints.ts'
import { FederationError } from '#core/errors.ts'
import { getMember, isJsonEqual } from '#core/json.ts'
import { type MetadataPolicy, mergeMetadataPolicies, operators } from '#core/metadata-policy/index.ts'
import { type Counted, countDistinct } from '#server/convert/sorted.ts'

/** Where an operator is in a policy. */
type Place = { type: string; parameter: string; operator: string }

/**
 * An operator is the federation's if each statement has it, and each value results from merging the most frequent one that
 * allows it with a member's own. Where that does not give back each statement, nothing is the federation's.
 */
export function findCommonPolicy(stated: readonly MetadataPolicy[]): MetadataPolicy {
  const distinct = countDistinct(stated.map((value) => ({ value })))
  const common: MetadataPolicy = {}
  for (const place of placesOf(distinct[0]?.value ?? {})) {
    const value = findCommonValue(distinct, place)
    if (value === undefined) continue
    const { type, parameter, operator } = place
    common[type] = { ...common[type], [parameter]: { ...common[type]?.[parameter], [operator]: value } }
  }
  return distinct.every(({ value }) => isGivenBack(common, value)) ? common : {}
}

/** What a statement has beyond the federation's policy; null: nothing. */
export function findOwnPolicy(common: MetadataPolicy, stated: MetadataPolicy): MetadataPolicy | null {
  const own = mapRest(stated, common, (parameters, type) =>
    mapRest(parameters, getMember(common, type), (ofParameter, parameter) =>
      mapRest(ofParameter, getMember(getMember(common, type), parameter), (value, operator) =>
        isJsonEqual(value, valueAt(common, { type, parameter, operator })) ? undefined : value,
      ),
    ),
  )
  return own ?? null
}

/** The members that `map` keeps; undefined: none is left, and the other side has this object. */
function mapRest<Value>(
  values: Readonly<Record<string, Value>>,
  other: object | undefined,
  map: (value: Value, name: string) => Value | undefined,
): Record<string, Value> | undefined {
  const rest = Object.entries(values).flatMap(([name, value]) => {
    const kept = map(value, name)
    return kept === undefined ? [] : [[name, kept] as const]
  })
  return rest.length === 0 && other !== undefined ? undefined : Object.fromEntries(rest)
}

function* placesOf(policy: MetadataPolicy): Generator<Place> {
  for (const [type, parameters] of Object.entries(policy))
    for (const [parameter, values] of Object.entries(parameters))
      for (const operator of Object.keys(values)) yield { type, parameter, operator }
}

const valueAt = (policy: MetadataPolicy, { type, parameter, operator }: Place): unknown =>
  getMember(getMember(getMember(policy, type), parameter), operator)

function findCommonValue(distinct: readonly Counted<MetadataPolicy>[], place: Place): unknown {
  const values = distinct.map(({ value, count }) => ({ value: valueAt(value, place), count }))
  if (values.some(({ value }) => value === undefined)) return undefined
  const operator = operators.find(({ name }) => name === place.operator)
  const candidates = countDistinct(values).map(({ value }) => value)
  return candidates.find((candidate) =>
    candidates.every((value) => isJsonEqual(operator?.merge(candidate, value), value)),
  )
}

function isGivenBack(common: MetadataPolicy, stated: MetadataPolicy): boolean {
  try {
    const own = findOwnPolicy(common, stated) ?? {}
    return isJsonEqual(mergeMetadataPolicies([common, own]), stated)
  } catch (error) {
    if (error instanceof FederationError) return false // a contradiction, or operators that do not go together
    throw error
  }
}

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
