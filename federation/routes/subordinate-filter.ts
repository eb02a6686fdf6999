/** Which Immediate Subordinates a listing is to hold, as its parameters say (§8.2.1). */
import { isCurrent } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'
import { findSubordinate, findSubordinateIndex } from '#store/subordinate-index.ts'
import type { Subordinate } from '#store/subordinate-reader.ts'
import { selectCurrentHolders, type TrustMarkHolder } from '#store/trust-mark-reader.ts'
import { optionalBoolean, repeatable } from './parameter.ts'

/** `undefined` is a filter that was not asked for; all filters must let an entity pass. */
export type SubordinateFilter = {
  /** The same for all who ask for the same. */
  key: string
  /** Any of these: the text leaves open whether all, and the Entity Collection draft says any. */
  entityTypes: readonly string[]
  intermediate: boolean | undefined
  /** Holders of a mark that was asked for, as the reader lists them. */
  holders: readonly (readonly TrustMarkHolder[])[] | undefined
}

type FilterOptions = {
  reader: Reader
  /** The values of `trust_mark_type`, which only one of the listings lets be repeated. */
  trustMarkTypes: readonly string[]
}

/** @throws FederationError `invalid_request` */
export async function readFilter(parameters: unknown, options: FilterOptions): Promise<SubordinateFilter> {
  const entityTypes = repeatable(parameters, 'entity_type').sort()
  // `false` asks for those that are no Intermediates; the text only defines `true`.
  const intermediate = optionalBoolean(parameters, 'intermediate')
  const isMarked = optionalBoolean(parameters, 'trust_marked')
  const key = JSON.stringify([entityTypes, intermediate, isMarked, options.trustMarkTypes])
  return { key, entityTypes, intermediate, holders: await readHolders(isMarked, options) }
}

type Selection = {
  /** Unix seconds. */
  now: number
  /** The identifier with which to begin, or what comes after it. */
  from?: string
  limit?: number
  /** What else must hold. */
  accepts?: (subordinate: Subordinate) => boolean
}

/** Those of the sorted subordinates that pass; one whose statement has expired is vouched for no longer. */
export function selectSubordinates(
  subordinates: readonly Subordinate[],
  { entityTypes, intermediate, holders }: SubordinateFilter,
  { now, from = '', limit = Infinity, accepts = () => true }: Selection,
): Subordinate[] {
  const passes = (each: Subordinate) =>
    isCurrent(each, now) &&
    (entityTypes.length === 0 || entityTypes.some((type) => each.entityTypes.includes(type))) &&
    (intermediate === undefined || intermediate === each.isIntermediate) &&
    accepts(each)
  const candidates = holders ? findMarked(subordinates, holders, now) : subordinates
  const found: Subordinate[] = []
  // A page must not cost more because many come before or after it.
  for (
    let at = findSubordinateIndex(candidates, from);
    at < candidates.length && found.length < limit;
    at++
  ) {
    const candidate = candidates[at]
    if (candidate && passes(candidate)) found.push(candidate)
  }
  return found
}

/** Looking up the few that are marked costs less than asking everyone. */
function findMarked(
  subordinates: readonly Subordinate[],
  holders: readonly (readonly TrustMarkHolder[])[],
  now: number,
): Subordinate[] {
  const ids = [...new Set(holders.flatMap((each) => selectCurrentHolders(each, now)))].sort()
  return ids.flatMap((id) => findSubordinate(subordinates, id) ?? [])
}

/** Who was given a mark here that was asked for; undefined when neither parameter asks for one. */
async function readHolders(
  isMarked: boolean | undefined,
  { reader, trustMarkTypes }: FilterOptions,
): Promise<SubordinateFilter['holders']> {
  if (trustMarkTypes.length === 0 && isMarked !== true) return undefined
  const types = trustMarkTypes.length > 0 ? trustMarkTypes : await reader.trustMarkTypes()
  return Promise.all(types.map((each) => reader.trustMarkHolders(each)))
}
