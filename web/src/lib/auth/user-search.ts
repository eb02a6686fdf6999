/** Which users are listed, as it stands in the address bar. */
import { roleInWords } from '#lib/auth/role.ts'
import type { Role, UserFilter } from '#lib/gql/graphql.ts'
import { parseSearch } from '#lib/list/search.ts'

export interface UserSearch {
  q: string
  role: string
  /** A key of `userStates`. */
  state: string
}

export const userStates: Readonly<Record<string, { label: string; banned: boolean }>> = {
  admitted: { label: 'May sign in', banned: false },
  'locked-out': { label: 'Locked out', banned: true },
}

export const parseUserSearch = (parameters: URLSearchParams): UserSearch =>
  parseSearch(parameters, ['q', 'role', 'state'])

const isRole = (name: string): name is Role => Object.hasOwn(roleInWords, name)

/** Addresses are typed by people and kept for years: what the API would not understand is left out. */
export function userFilterOf({ q, role, state }: UserSearch): UserFilter {
  const chosen = Object.hasOwn(userStates, state) ? userStates[state] : undefined
  return {
    ...(q && { search: q }),
    ...(isRole(role) && { role }),
    ...(chosen && { banned: chosen.banned }),
  }
}
