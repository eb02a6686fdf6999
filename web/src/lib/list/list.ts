/** Describes a list of the console as data, and reads its state from the address. */
import type { Filter, Filters } from './filter.ts'
import { type Parameters, pageVariables } from './paging.ts'

export interface List<Condition, Name extends string = string> {
  /** The noun for its rows, singular and plural. */
  things: readonly [one: string, many: string]
  /** By the name of each filter in the address. */
  filters: Filters<Condition, Name>
  /** Advice for a search without matches. */
  advice?: string
  pageSize?: number
}

/** The values of a list's filters in an address. */
export type Search<Listed> = Listed extends List<infer _, infer Name> ? Partial<Record<Name, string>> : never

const usualOf = (filter: Filter<unknown>) => (filter.kind === 'parts' ? filter.usual : '')

/** The active filters with their values; values that the API would refuse are omitted. */
export function readSearch(
  parameters: Parameters,
  filters: Filters<unknown>,
  now: Date,
): Readonly<Record<string, string>> {
  const entries = Object.entries(filters).map(([name, filter]) => {
    const value = parameters.get(name)?.trim() ?? ''
    const isUnderstood = value !== '' && filter.toCondition(value, now) !== undefined
    return [name, isUnderstood ? value : usualOf(filter)] as const
  })
  return Object.fromEntries(entries.filter(([, value]) => value !== ''))
}

/** The names of the filters that hide rows of the list, or of its shown part. */
export const narrowing = (search: Readonly<Record<string, string>>, filters: Filters<unknown>) =>
  Object.keys(search).filter((name) => filters[name]?.kind !== 'parts')

/** The arguments for the API at an address. */
export function listVariables<Condition extends object>(
  parameters: Parameters,
  { filters, pageSize }: List<Condition>,
  now = new Date(),
) {
  const search = Object.entries(readSearch(parameters, filters, now))
  const filter: Partial<Condition> = {}
  for (const [name, value] of search) Object.assign(filter, filters[name]?.toCondition(value, now))
  return { filter, ...pageVariables(parameters, pageSize) }
}

/** The order at an address: `sort` is a key of `sorts`, with a minus for descending order. */
export function readOrder<Field extends string>(
  parameters: Parameters,
  sorts: ReadonlyMap<string, Field>,
  standard: Field,
) {
  const sort = parameters.get('sort') ?? ''
  return {
    field: sorts.get(sort.replace(/^-/, '')) ?? standard,
    direction: sort.startsWith('-') ? ('DESC' as const) : ('ASC' as const),
  }
}

/** The sort that a heading links to: its column, or the other direction. */
export const nextSort = (current: string, column: string) => (current === column ? `-${column}` : column)

/** An address with other parameters; it returns to the first page unless they name one. */
export function addressWith(
  { pathname, search }: Pick<URL, 'pathname' | 'search'>,
  changes: Readonly<Record<string, string | undefined>>,
): string {
  const parameters = new URLSearchParams(search)
  for (const name of ['after', 'before', 'offset', 'page']) parameters.delete(name)
  for (const [name, value] of Object.entries(changes)) {
    if (value) parameters.set(name, value)
    else parameters.delete(name)
  }
  return parameters.size > 0 ? `${pathname}?${parameters}` : pathname
}
