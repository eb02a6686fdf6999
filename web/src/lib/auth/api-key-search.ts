/** Which API keys are listed, as it stands in the address bar. */
import { apiKeyStates } from '#lib/auth/api-key-state.ts'
import type { ApiKeyFilter, ApiKeyState } from '#lib/gql/graphql.ts'
import { parseSearch } from '#lib/list/search.ts'

export interface ApiKeySearch {
  q: string
  state: string
}

export const parseApiKeySearch = (parameters: URLSearchParams): ApiKeySearch =>
  parseSearch(parameters, ['q', 'state'])

const isState = (name: string): name is ApiKeyState => Object.hasOwn(apiKeyStates, name)

/** Addresses are typed by people and kept for years: what the API would not understand is left out. */
export const apiKeyFilterOf = ({ q, state }: ApiKeySearch): ApiKeyFilter => ({
  ...(q && { search: q }),
  ...(isState(state) && { state }),
})
