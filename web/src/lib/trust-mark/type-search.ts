/** Which Trust Mark types are listed, as it stands in the address bar. */
import type { TrustMarkTypeFilter } from '#lib/gql/graphql.ts'
import { parseSearch } from '#lib/list/search.ts'

export interface TrustMarkTypeSearch {
  q: string
  /** A key of `typeStates`. */
  state: string
  /** A key of `typeOwners`. */
  owner: string
}

export const typeStates: Readonly<Record<string, { label: string; filter: TrustMarkTypeFilter }>> = {
  active: { label: 'Active', filter: { active: true } },
  inactive: { label: 'Inactive', filter: { active: false } },
}

export const typeOwners: Readonly<Record<string, { label: string; filter: TrustMarkTypeFilter }>> = {
  here: { label: 'Owned here', filter: { hasOwner: false } },
  elsewhere: { label: 'Owned by somebody else', filter: { hasOwner: true } },
}

export const parseTypeSearch = (parameters: URLSearchParams): TrustMarkTypeSearch =>
  parseSearch(parameters, ['q', 'state', 'owner'])

/** Addresses are typed by people and kept for years: what there is no word for is left out. */
export function typeFilterOf({ q, state, owner }: TrustMarkTypeSearch): TrustMarkTypeFilter {
  return {
    ...(q && { search: q }),
    ...(Object.hasOwn(typeStates, state) && typeStates[state]?.filter),
    ...(Object.hasOwn(typeOwners, owner) && typeOwners[owner]?.filter),
  }
}
