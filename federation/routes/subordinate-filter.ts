/** Filters the Immediate Subordinates by request parameters (§8.2.1). */
import { isCurrent } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'
import { findIndexAtOrAfter } from '#store/sorted.ts'
import type { Subordinate } from '#store/subordinate-reader.ts'
import { selectCurrentHolders, type TrustMarkHolder } from '#store/trust-mark-reader.ts'
import { rememberLists } from '../http/list-versions.ts'
import { readOptionalBoolean, readRepeatable } from '../http/parameter.ts'
import type { IssuedMarks } from '../marks/issued.ts'

/** An entity must pass all filters. `undefined`: no filter. */
export type SubordinateFilter = {
  /** Equal for equal filters. */
  key: string
  /** Any of these types. The specification does not define any or all; the Entity Collection draft defines any. */
  entityTypes: readonly string[]
  intermediate: boolean | undefined
  /** Holders of the requested marks, as lists that are replaced on a change. */
  holders: readonly (readonly TrustMarkHolder[])[] | undefined
}

type FilterOptions = {
  reader: Reader
  marks: IssuedMarks
  /** The values of `trust_mark_type`. Only one of the endpoints allows several. */
  trustMarkTypes: readonly string[]
}

/** @throws FederationError `invalid_request` */
export async function readFilter(parameters: unknown, options: FilterOptions): Promise<SubordinateFilter> {
  const entityTypes = readRepeatable(parameters, 'entity_type').sort()
  // `false` selects entities that are not Intermediates. The specification defines only `true`.
  const intermediate = readOptionalBoolean(parameters, 'intermediate')
  const isMarked = readOptionalBoolean(parameters, 'trust_marked')
  const key = JSON.stringify([entityTypes, intermediate, isMarked, options.trustMarkTypes])
  return { key, entityTypes, intermediate, holders: await readHolders(isMarked, options) }
}

type Selection = {
  /** Unix seconds. */
  now: number
  /** The first identifier, or the next one after it. */
  from?: string
  limit?: number
  /** An additional condition. */
  accepts?: (subordinate: Subordinate) => boolean
}

/** Part of all subordinates. */
const MAX_LOOKED_UP = 0.05

const idOf = ({ id }: Subordinate) => id

/** Selects from sorted subordinates. A subordinate with an expired statement is omitted. */
export function selectSubordinates(
  subordinates: readonly Subordinate[],
  { entityTypes, intermediate, holders }: SubordinateFilter,
  { now, from = '', limit = Infinity, accepts = () => true }: Selection,
): readonly Subordinate[] {
  const isSelected = (each: Subordinate) =>
    isCurrent(each, now) &&
    (entityTypes.length === 0 || entityTypes.some((type) => each.entityTypes.includes(type))) &&
    (intermediate === undefined || intermediate === each.isIntermediate) &&
    accepts(each)
  const candidates = holders ? findMarked(subordinates, holders, now) : subordinates
  // The usual list of all needs no copy.
  if (from === '' && limit === Infinity && candidates.every(isSelected)) return candidates
  const found: Subordinate[] = []
  // The cost of a page must not depend on its position.
  for (
    let at = findIndexAtOrAfter(candidates, from, idOf);
    at < candidates.length && found.length < limit;
    at++
  ) {
    const candidate = candidates[at]
    if (candidate && isSelected(candidate)) found.push(candidate)
  }
  return found
}

type Sources = {
  subordinates: readonly Subordinate[]
  holders: readonly (readonly TrustMarkHolder[])[]
}

/** Returns whether the reader would return the same lists again, without asking Redis. */
export function watchSources(
  { subordinates, holders }: Sources,
  { reader, marks, trustMarkTypes }: FilterOptions,
): () => boolean {
  const areSame = rememberLists([subordinates, ...holders])
  const { peek } = marks
  return () => areSame([reader.peek.subordinates(), ...trustMarkTypes.map((type) => peek.holders(type))])
}

/** Looking up each of a few marked subordinates is cheaper than filtering all. */
function findMarked(
  subordinates: readonly Subordinate[],
  holders: readonly (readonly TrustMarkHolder[])[],
  now: number,
): readonly Subordinate[] {
  const ids = new Set(holders.flatMap((each) => selectCurrentHolders(each, now)))
  if (ids.size > subordinates.length * MAX_LOOKED_UP) return subordinates.filter(({ id }) => ids.has(id))
  return [...ids].sort().flatMap((id) => {
    const found = subordinates[findIndexAtOrAfter(subordinates, id, idOf)]
    return found?.id === id ? [found] : []
  })
}

/** Reads the holders of the requested marks. Undefined without such a parameter. */
async function readHolders(
  isMarked: boolean | undefined,
  { reader, marks, trustMarkTypes }: FilterOptions,
): Promise<SubordinateFilter['holders']> {
  if (trustMarkTypes.length === 0 && isMarked !== true) return undefined
  const types = trustMarkTypes.length > 0 ? trustMarkTypes : await reader.trustMarkTypes()
  return Promise.all(types.map((each) => marks.holders(each)))
}
