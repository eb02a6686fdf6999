/** Tests the state of lists in the address: the API's arguments, and the links. */
import { expect, test } from 'vitest'
import { auditList } from '#lib/audit/list.ts'
import { apiKeyList } from '#lib/auth/api-key-list.ts'
import { userList } from '#lib/auth/user-list.ts'
import { collectionList } from '#lib/collection/list.ts'
import { addressWith, type List, listVariables, narrowing, nextSort, readSearch } from '#lib/list/list.ts'
import { mailList } from '#lib/mail/list.ts'
import { organizationList, organizationVariables } from '#lib/organization/list.ts'
import { runList } from '#lib/run/list.ts'
import { subordinateList, subordinateVariables } from '#lib/subordinate/list.ts'
import { trustMarkList } from '#lib/trust-mark/list.ts'
import { trustMarkTypeList } from '#lib/trust-mark/type-list.ts'
import { deliveryList } from '#lib/webhook/delivery-list.ts'

const now = new Date('2026-01-01T00:00:00Z')

const lists: Readonly<Record<string, List<object>>> = {
  runs: runList,
  users: userList,
  'API keys': apiKeyList,
  'Trust Mark types': trustMarkTypeList,
  'Trust Marks': trustMarkList,
  subordinates: subordinateList,
  organizations: organizationList,
  collection: collectionList,
  'audit log': auditList,
  'e-mails': mailList,
  deliveries: deliveryList,
}

/** A crawl every few minutes hides what people look for. */
const notCrawls = [
  'SUBORDINATES',
  'TRUST_MARKS',
  'REISSUE_TRUST_MARKS',
  'CONFIGURATION',
  'REBUILD',
  'EVALUATION',
]

const listOf = (name: string) => lists[name] ?? expect.fail(`no list of ${name}`)

test.each<[list: string, address: string, filter: object]>([
  ['runs', '', { kinds: notCrawls }],
  ['runs', 'kind=all', {}],
  ['runs', 'kind=imports&state=under-way', { planSource: 'LIST', states: ['QUEUED', 'RUNNING'] }],
  ['runs', 'kind=approvals', { planSource: 'REQUESTS' }],
  ['runs', 'kind=all&state=well', { states: ['SUCCEEDED'], hasFailures: false }],
  ['runs', 'kind=constructor&state=toString', { kinds: notCrawls }],
  ['users', 'q=+ann+&role=OPERATOR&state=locked-out', { search: 'ann', role: 'OPERATOR', banned: true }],
  ['users', 'state=admitted', { banned: false }],
  ['users', 'role=constructor&state=constructor&after=x', {}],
  ['API keys', 'q=nightly&state=EXPIRED', { search: 'nightly', state: 'EXPIRED' }],
  ['API keys', 'state=constructor', {}],
  ['e-mails', 'state=FAILED&to=+ann@lu.example+', { state: 'FAILED', recipient: 'ann@lu.example' }],
  ['e-mails', 'state=constructor', {}],
  ['deliveries', 'state=WAITING', { state: 'WAITING' }],
  ['deliveries', 'state=toString', {}],
  [
    'Trust Mark types',
    'q=member&state=inactive&owner=elsewhere',
    { search: 'member', active: false, hasOwner: true },
  ],
  ['Trust Mark types', 'owner=here', { hasOwner: false }],
  ['Trust Mark types', 'state=constructor&owner=constructor', {}],
  ['Trust Marks', 'state=FAILED_RENEWAL', { renewalFailed: true }],
  [
    'Trust Marks',
    'q=rp&type=https://ta.example/member&state=ACTIVE&expires=7',
    {
      search: 'rp',
      trustMarkType: 'https://ta.example/member',
      state: 'ACTIVE',
      expiresBefore: '2026-01-08T00:00:00.000Z',
    },
  ],
  [
    'Trust Marks',
    'expires=2026-11-30',
    {
      active: true,
      expiresAfter: '2026-11-30T00:00:00.000Z',
      expiresBefore: '2026-12-01T00:00:00.000Z',
    },
  ],
  ['Trust Marks', 'expires=2026-02-30', {}],
  ['Trust Marks', 'type=member&state=constructor&expires=soon&other=1', {}],
  [
    'subordinates',
    'q=lib&type=intermediate&state=FAILING&expires=7&mark=https://a.example/m',
    {
      search: 'lib',
      intermediate: true,
      state: 'FAILING',
      expiresBefore: '2026-01-08T00:00:00.000Z',
      trustMarkType: 'https://a.example/m',
    },
  ],
  ['subordinates', 'state=OLD&expires=x&mark=member&problem=constructor&configuration=soon', {}],
  ['subordinates', 'problem=METADATA_POLICY', { problem: 'METADATA_POLICY' }],
  [
    'subordinates',
    'configuration=2026-12-31',
    {
      active: true,
      configurationExpiresAfter: '2026-12-31T00:00:00.000Z',
      configurationExpiresBefore: '2027-01-01T00:00:00.000Z',
    },
  ],
  ['subordinates', 'tags=pilot,+Year+2026+,,pilot', { tags: ['pilot', 'Year 2026'] }],
  ['subordinates', 'tags=,+', {}],
  ['subordinates', `tags=${Array.from({ length: 21 }, (_, at) => at).join()}`, {}],
  ['subordinates', 'type=a_type_of_our_own', { entityType: 'a_type_of_our_own' }],
  ['subordinates', 'organization=abc', { organizationId: 'abc' }],
  [
    'organizations',
    'q=lib&state=inactive&country=SE&tags=pilot',
    { search: 'lib', active: false, country: 'SE', tags: ['pilot'] },
  ],
  ['organizations', 'state=constructor&country=se', {}],
  ['organizations', 'country=DD', {}],
  ['collection', '', {}],
  [
    'collection',
    'q=lib&type=openid_provider&mark=https://ta.example/m',
    { search: 'lib', entityType: 'openid_provider', trustMarkType: 'https://ta.example/m' },
  ],
  ['collection', 'mark=no+URL', {}],
  ['audit log', 'actor=%20admin%20&type=USER', { actorContains: 'admin', resourceTypes: ['USER'] }],
  ['audit log', 'resource=rp&action=SIGN_IN', { resourceContains: 'rp', actions: ['SIGN_IN'] }],
  ['audit log', 'period=yesterday', {}],
  ['audit log', 'outcome=REFUSED', { outcome: 'REFUSED' }],
  ['audit log', 'outcome=perhaps', {}],
  ['audit log', 'from=yesterday', {}],
  ['audit log', 'from=2026-02-31', {}],
  ['audit log', 'until=03%2F01%2F2026', {}],
])('reads %s at “%s”', (name, address, filter) => {
  expect(listVariables(new URLSearchParams(address), listOf(name), now).filter).toEqual(filter)
})

test('includes both days of a filter by days', () => {
  const { filter } = listVariables(new URLSearchParams('from=2026-03-01&until=2026-03-01'), auditList)
  const [after, before] = [filter.after, filter.before].map((instant) => new Date(instant ?? '').getTime())
  expect((before ?? 0) - (after ?? 0)).toBe(24 * 3600 * 1000)
})

test.each([
  ['sort=-expires&after=x', { orderBy: { field: 'EXPIRES_AT', direction: 'DESC' }, first: 50, after: 'x' }],
  ['sort=colour', { orderBy: { field: 'ENTITY_ID', direction: 'ASC' }, first: 50, after: null }],
  ['sort=constructor', { orderBy: { field: 'ENTITY_ID', direction: 'ASC' } }],
  ['before=x&after=y', { last: 50, before: 'x' }],
])('sorts and pages subordinates at “%s”', (address, variables) => {
  expect(subordinateVariables(new URLSearchParams(address), now)).toMatchObject(variables)
})

test.each([
  ['', { orderBy: { field: 'NAME', direction: 'ASC' } }],
  ['sort=-created', { orderBy: { field: 'CREATED_AT', direction: 'DESC' } }],
])('sorts organizations at “%s”', (address, variables) => {
  expect(organizationVariables(new URLSearchParams(address))).toMatchObject(variables)
})

test('sorts by a column, then in the other direction', () => {
  expect(nextSort('entity', 'expires')).toBe('expires')
  expect(nextSort('expires', 'expires')).toBe('-expires')
})

test('counts only valid filters as active, and no part of a list', () => {
  const set = (name: string, address: string) => {
    const { filters } = listOf(name)
    return narrowing(readSearch(new URLSearchParams(address), filters, now), filters)
  }
  expect(set('users', 'q=ann&role=constructor&sort=x')).toEqual(['q'])
  expect(set('runs', 'kind=imports')).toEqual([])
  expect(set('runs', 'kind=imports&state=well')).toEqual(['state'])
})

test('returns to the first page with another filter, and keeps the rest of the address', () => {
  const url = new URL('https://admin.example/users?q=ann&role=ADMIN&after=x&offset=50')
  expect(addressWith(url, { q: '' })).toBe('/users?role=ADMIN')
  expect(addressWith(url, { state: 'admitted' })).toBe('/users?q=ann&role=ADMIN&state=admitted')
  expect(addressWith(url, { before: 'b', offset: '50' })).toBe('/users?q=ann&role=ADMIN&before=b&offset=50')
  expect(addressWith(new URL('https://admin.example/users?after=x'), {})).toBe('/users')
})
