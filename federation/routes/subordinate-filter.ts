/** Which Immediate Subordinates a listing is to hold, as its parameters say (§8.2.1). */
import { isCurrent } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'
import { findSubordinate } from '#store/subordinate-index.ts'
import type { Subordinate } from '#store/subordinate-reader.ts'
import { currentHolders } from '#store/trust-mark-reader.ts'
import { optionalBoolean, repeatable } from './parameter.ts'

/** `undefined` is a filter that was not asked for; all filters must let an entity pass. */
export type SubordinateFilter = {
  /** Any of these: the text leaves open whether all, and the Entity Collection draft says any. */
  entityTypes: readonly string[]
  intermediate: boolean | undefined
  /** Those who hold a mark that was asked for, sorted. */
  marked: readonly string[] | undefined
}

type FilterOptions = {
  reader: Reader
  /** Unix seconds. */
  now: number
  /** The values of `trust_mark_type`, which only one of the listings lets be repeated. */
  trustMarkTypes: readonly string[]
}

/** @throws FederationError `invalid_request` */
export async function readFilter(parameters: unknown, options: FilterOptions): Promise<SubordinateFilter> {
  return {
    entityTypes: repeatable(parameters, 'entity_type').sort(),
    // `false` asks for those that are no Intermediates; the text only defines `true`.
    intermediate: optionalBoolean(parameters, 'intermediate'),
    marked: await readMarked(optionalBoolean(parameters, 'trust_marked'), options),
  }
}

/** Those of the subordinates that pass; one whose statement has expired is vouched for no longer. */
export function selectSubordinates(
  subordinates: readonly Subordinate[],
  { entityTypes, intermediate, marked }: SubordinateFilter,
  now: number,
): Subordinate[] {
  const passes = (each: Subordinate) =>
    isCurrent(each, now) &&
    (entityTypes.length === 0 || entityTypes.some((type) => each.entityTypes.includes(type))) &&
    (intermediate === undefined || intermediate === each.isIntermediate)
  // Looking up the few that are marked costs less than asking everyone.
  const candidates = marked?.flatMap((id) => findSubordinate(subordinates, id) ?? []) ?? subordinates
  return candidates.filter(passes)
}

/** Who holds a mark issued here that is still valid; undefined when neither parameter asks for one. */
async function readMarked(
  isMarked: boolean | undefined,
  { reader, now, trustMarkTypes }: FilterOptions,
): Promise<readonly string[] | undefined> {
  if (trustMarkTypes.length === 0 && isMarked !== true) return undefined
  const types = trustMarkTypes.length > 0 ? trustMarkTypes : await reader.trustMarkTypes()
  const holders = await Promise.all(types.map((each) => reader.trustMarkHolders(each)))
  return [...new Set(holders.flatMap((each) => currentHolders(each, now)))].sort()
}
