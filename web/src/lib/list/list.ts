/** A list of the console as data, and what the address bar says about it. */
import type { Filter, Filters } from './filter.ts'
import { type Parameters, pageVariables } from './paging.ts'

export interface List<Condition, Name extends string = string> {
  /** What it lists, one and many. */
  things: readonly [one: string, many: string]
  /** By the name of each in the address. */
  filters: Filters<Condition, Name>
  /** How to find more when nothing matches. */
  advice?: string
  pageSize?: number
}

/** The values of a list's filters in an address. */
export type Search<Listed> = Listed extends List<infer _, infer Name> ? Partial<Record<Name, string>> : never

const usualOf = (filter: Filter<unknown>) => (filter.kind === 'parts' ? filter.usual : '')

/** The filters that are set, each with its value; what the API would not understand is left out. */
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

/** The names of the filters that hide something of the list, or of the part that is shown. */
export const narrowing = (search: Readonly<Record<string, string>>, filters: Filters<unknown>) =>
  Object.keys(search).filter((name) => filters[name]?.kind !== 'parts')

/** What the API is asked for at an address. */
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

/** The sort that a column's heading leads to: the column's own, or its other direction. */
export const nextSort = (current: string, column: string) => (current === column ? `-${column}` : column)

/** An address with other parameters; it starts at the first page unless they say otherwise. */
export function addressWith(
  { pathname, search }: Pick<URL, 'pathname' | 'search'>,
  changes: Readonly<Record<string, string | undefined>>,
): string {
  const parameters = new URLSearchParams(search)
  for (const name of ['after', 'before', 'offset']) parameters.delete(name)
  for (const [name, value] of Object.entries(changes)) {
    if (value) parameters.set(name, value)
    else parameters.delete(name)
  }
  return parameters.size > 0 ? `${pathname}?${parameters}` : pathname
}
