/** What the list of Trust Marks shows, as it stands in the address bar. */
import type { TrustMarkFilter } from '#lib/gql/graphql.ts'
import { trustMarkStates } from '#lib/trust-mark/state.ts'

export interface TrustMarkSearch {
  q: string
  type: string
  /** One of the states, or `FAILED_RENEWAL`, which one that is active or expired may have besides. */
  state: string
  /** Days within which the mark expires. */
  expires: string
}

export const FAILED_RENEWAL = 'FAILED_RENEWAL'

export const trustMarkFilters = ['q', 'type', 'state', 'expires'] as const

export function parseTrustMarkSearch(parameters: URLSearchParams): TrustMarkSearch {
  const [q = '', type = '', state = '', expires = ''] = trustMarkFilters.map(
    (name) => parameters.get(name) ?? '',
  )
  return { q, type, state, expires }
}

const isState = (name: string): name is keyof typeof trustMarkStates => Object.hasOwn(trustMarkStates, name)

/** Addresses are typed by people and kept for years: what the API would not understand is left out. */
export function trustMarkFilterOf({ q, type, state, expires }: TrustMarkSearch, now: Date): TrustMarkFilter {
  const days = Number(expires)
  return {
    ...(q && { search: q }),
    ...(URL.canParse(type) && { trustMarkType: type }),
    ...(isState(state) && { state }),
    ...(state === FAILED_RENEWAL && { renewalFailed: true }),
    ...(days > 0 && { expiresBefore: new Date(now.getTime() + days * 86_400_000).toISOString() }),
  }
}
