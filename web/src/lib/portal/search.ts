/** What the address of the portal says about its lists: which entities, and how many pages of each place. */

/** So that an address cannot ask for pages without end. */
const MOST_PAGES = 40

export type PortalParameters = Pick<URLSearchParams, 'get' | 'getAll'>

export const isProblemSearch = (search: PortalParameters) => search.get('show') === 'problem'

/** `more` in the address: the key of a place, once for each further page of it. */
export const furtherPages = (search: PortalParameters, key: string) =>
  Math.min(search.getAll('more').filter((name) => name === key).length, MOST_PAGES)

/** The address with one more page of a place. */
export function addressWithMore({ pathname, search }: Pick<URL, 'pathname' | 'search'>, key: string): string {
  const parameters = new URLSearchParams(search)
  parameters.append('more', key)
  return `${pathname}?${parameters}`
}
