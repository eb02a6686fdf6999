/** From the address bar to what the API is asked for, of the lists with few filters. */
import { expect, test } from 'vitest'
import { apiKeyFilterOf, parseApiKeySearch } from '#lib/auth/api-key-search.ts'
import { parseUserSearch, userFilterOf } from '#lib/auth/user-search.ts'
import { parseRunListSearch, runFilterOf } from '#lib/run/search.ts'
import { parseTrustMarkSearch, trustMarkFilterOf } from '#lib/trust-mark/search.ts'
import { parseTypeSearch, typeFilterOf } from '#lib/trust-mark/type-search.ts'

const filters: Readonly<Record<string, (parameters: URLSearchParams) => object>> = {
  runs: (parameters) => runFilterOf(parseRunListSearch(parameters)),
  users: (parameters) => userFilterOf(parseUserSearch(parameters)),
  'API keys': (parameters) => apiKeyFilterOf(parseApiKeySearch(parameters)),
  'Trust Mark types': (parameters) => typeFilterOf(parseTypeSearch(parameters)),
  'Trust Marks': (parameters) => trustMarkFilterOf(parseTrustMarkSearch(parameters), new Date()),
}

test.each<[list: string, address: string, filter: object]>([
  ['runs', '', { kind: 'SUBORDINATES' }],
  ['runs', 'kind=all', { kind: null }],
  ['runs', 'kind=imports&state=under-way', { kind: 'IMPORT', states: ['QUEUED', 'RUNNING'] }],
  ['runs', 'kind=all&state=well', { kind: null, states: ['SUCCEEDED'], hasFailures: false }],
  ['runs', 'kind=constructor&state=toString', { kind: 'SUBORDINATES' }],
  ['users', 'q=+ann+&role=OPERATOR&state=locked-out', { search: 'ann', role: 'OPERATOR', banned: true }],
  ['users', 'state=admitted', { banned: false }],
  ['users', 'role=constructor&state=constructor&after=x', {}],
  ['API keys', 'q=nightly&state=EXPIRED', { search: 'nightly', state: 'EXPIRED' }],
  ['API keys', 'state=constructor', {}],
  [
    'Trust Mark types',
    'q=member&state=inactive&owner=elsewhere',
    { search: 'member', active: false, hasOwner: true },
  ],
  ['Trust Mark types', 'owner=here', { hasOwner: false }],
  ['Trust Mark types', 'state=constructor&owner=constructor', {}],
  ['Trust Marks', 'state=FAILED_RENEWAL', { renewalFailed: true }],
])('%s at “%s”', (list, address, filter) => {
  expect(filters[list]?.(new URLSearchParams(address))).toEqual(filter)
})
