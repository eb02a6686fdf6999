/** Filters the Immediate Subordinates by request parameters (§8.2.1). */
import { createPart, type Part } from '#store/list-page.ts'
import { findPage, namesOf, type PagedList } from '#store/paged-list.ts'
import { createPauses } from '#store/pause.ts'
import { isCurrent } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'
import type { Subordinate } from '#store/subordinate-reader.ts'
import type { TrustMarkHolder } from '#store/trust-mark-reader.ts'
import { rememberLists } from '../http/body-cache.ts'
import { readOptionalBoolean, readRepeatable } from '../http/parameter.ts'
import type { IssuedMarks } from '../marks/issued.ts'

/** An entity must pass all filters. `undefined`: no filter. */
export type SubordinateFilter = {
  /** Equal for equal filters. */
  key: string
  isEmpty: boolean
  /** Any of these types. The specification does not define any or all; the Entity Collection draft defines any. */
  entityTypes: readonly string[]
  intermediate: boolean | undefined
  /** Holders of the requested marks, as lists that are replaced on a change. */
  holders: Holders | undefined
}

type Holders = readonly PagedList<TrustMarkHolder>[]

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
  const parts = [entityTypes, intermediate, isMarked, options.trustMarkTypes]
  const [key, isEmpty] = [JSON.stringify(parts), parts.flat().every((part) => part === undefined)]
  return { key, isEmpty, entityTypes, intermediate, holders: await readHolders(isMarked, options) }
}

type Selection = {
  /** Unix seconds. */
  now: number
  /** The first identifier, or the next one after it. */
  from?: string
  /** An additional condition. */
  accepts?: (subordinate: Subordinate) => boolean
}

/**
 * Yields the selected subordinates in their order. Pages that need no look at their items are passed on as they are. A
 * subordinate with an expired statement is omitted.
 */
export async function* selectSubordinates(
  all: PagedList<Subordinate>,
  { entityTypes, intermediate, holders }: SubordinateFilter,
  { now, from = '', accepts }: Selection,
): AsyncGenerator<Part<Subordinate>> {
  const { pages } = all
  const isFiltered = entityTypes.length > 0 || intermediate !== undefined || accepts !== undefined
  const marked = holders && createMarked(holders, from, now)
  const pause = createPauses()
  // The cost of a part must not depend on its position.
  for (let at = findPage(namesOf(all), from); at < pages.length; at++) {
    const page = pages[at]
    const ids = marked?.(pages[at + 1]?.name)
    if (!page || ids?.size === 0) continue
    const isWhole = !isFiltered && !ids && page.expires > now && page.name >= from
    const isSelected = (each: Subordinate) =>
      each.id >= from &&
      isCurrent(each, now) &&
      (!ids || ids.has(each.id)) &&
      (entityTypes.length === 0 || entityTypes.some((type) => each.entityTypes.includes(type))) &&
      (intermediate === undefined || intermediate === each.isIntermediate) &&
      (!accepts || accepts(each))
    const part = isWhole ? page : createPart(page.items().filter(isSelected))
    if (part.length > 0) yield part
    await pause(isWhole ? 1 : page.length)
  }
}

/**
 * Returns a function that tells which subjects before an identifier have a valid mark, beyond those that it told before.
 * Without an identifier, all the rest.
 */
function createMarked(holders: Holders, from: string, now: number): (end: string | undefined) => Set<string> {
  const walks = holders.map((list) => {
    const walk = walkHolders(list, from, now)
    return { walk, next: walk.next() }
  })
  return (end) => {
    const ids = new Set<string>()
    for (const each of walks) {
      for (; !each.next.done && (end === undefined || each.next.value < end); each.next = each.walk.next()) {
        ids.add(each.next.value)
      }
    }
    return ids
  }
}

function* walkHolders(list: PagedList<TrustMarkHolder>, from: string, now: number): Generator<string, void> {
  for (const page of list.pages.slice(findPage(namesOf(list), from))) {
    for (const holder of page.items()) if (isCurrent(holder, now)) yield holder.id
  }
}

type Sources = { subordinates: object; holders: Holders }

/** Returns whether the reader would return the same lists again, without asking Redis. */
export function watchSources(
  { subordinates, holders }: Sources,
  { reader, marks, trustMarkTypes }: FilterOptions,
): () => boolean {
  const areSame = rememberLists([subordinates, ...holders])
  const { peek } = marks
  return () => areSame([reader.peek.subordinates(), ...trustMarkTypes.map((type) => peek.holders(type))])
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
