/** Tests requests of organizations in the console: their words, their age, their list and their comparison. */
import { describe, expect, test } from 'vitest'
import type { RequestKind } from '#lib/gql/graphql.ts'
import { ageInWords, waitingInWords } from '#lib/request/age.ts'
import { approvalInWords, removes } from '#lib/request/approval.ts'
import { differencesFromDeclared, differencesFromRegistered } from '#lib/request/comparison.ts'
import { competingInWords, requestInWords, requestTitle } from '#lib/request/kind.ts'
import { requestVariables } from '#lib/request/list.ts'
import { actorInWords } from '#lib/request/step.ts'

const entityId = 'https://rp.lu.example'
const asked = (kind: RequestKind, changes: unknown = {}) =>
  requestInWords({ kind, entityId, organizationName: 'Lund University', changes })

test.each<[RequestKind, unknown, string, string]>([
  ['REGISTER', {}, 'asks to register', 'Registration of rp.lu.example'],
  ['CHANGE', { jwks: null }, 'asks to change the keys that are recorded for', 'Change of rp.lu.example'],
  [
    'CHANGE',
    { metadata: {}, jwks: {} },
    'asks to change the keys and metadata that are recorded for',
    'Change of rp.lu.example',
  ],
  ['TRUST_MARK', {}, 'asks for a Trust Mark for', 'Trust Mark for rp.lu.example'],
])('says that %s %o %s', (kind, changes, sentence, title) => {
  expect(asked(kind, changes)).toBe(`Lund University ${sentence} ${entityId}.`)
  expect(requestTitle({ kind, entityId })).toBe(title)
})

test('says what a withdrawal asks for', () => {
  expect(asked('WITHDRAW')).toBe(`Lund University asks to remove ${entityId} from the federation.`)
})

test.each([
  [[], undefined],
  [['Lund University'], 'Lund University asks for it too'],
  [[null], 'Software without an account asks for it too'],
  [['Lund University', null], '2 others ask for it too'],
])('says who else asks for an entity: %o', (names, sentence) => {
  expect(competingInWords(names.map((organizationName) => ({ organizationName })))).toBe(sentence)
})

const now = new Date('2026-11-27T12:00:00Z')
test.each([
  [-5, 'under a minute'],
  [59, 'under a minute'],
  [60, '1 minute'],
  [3_599, '59 minutes'],
  [3_600, '1 hour'],
  [172_799, '47 hours'],
  [172_800, '2 days'],
  [90 * 86_400, '90 days'],
])('is after %d seconds %s old', (seconds, words) => {
  expect(ageInWords(new Date(now.getTime() - seconds * 1000), now)).toBe(words)
})

test('says how many requests wait, and for how long', () => {
  const oldest = '2026-11-24T12:00:00Z'
  expect(waitingInWords(1, oldest, now)).toBe('1 request waits for an operator, for 3 days')
  expect(waitingInWords(1200, oldest, now)).toBe('1,200 requests wait for an operator, the oldest for 3 days')
})

test('names no operator to members', () => {
  expect(actorInWords({ actor: null })).toBe('An operator')
  expect(actorInWords({ actor: { username: 'ann' } })).toBe('ann')
})

test.each<[RequestKind[], string, boolean]>([
  [['REGISTER'], 'registers 1 entity.', false],
  [['TRUST_MARK', 'CHANGE', 'CHANGE'], 'records 2 changes and issues 1 Trust Mark.', false],
  [
    ['WITHDRAW', 'REGISTER', 'REGISTER', 'CHANGE', 'WITHDRAW'],
    'registers 2 entities, records 1 change and removes 2 entities from the federation. A removal cannot be undone.',
    true,
  ],
])('says what the approval of %o executes', (kinds, sentence, isFinal) => {
  const requests = kinds.map((kind) => ({ kind }))
  expect(approvalInWords(requests)).toBe(`If every check passes, the approval ${sentence}`)
  expect(removes(requests)).toBe(isFinal)
})

describe('the list', () => {
  const at = (search: string) => requestVariables(new URLSearchParams(search))
  test.each([
    ['', { isOpen: true }],
    ['state=nonsense&kind=nonsense', { isOpen: true }],
    ['state=REFUSED&kind=CHANGE', { state: 'REFUSED', kind: 'CHANGE' }],
    ['state=all&q=lund&organization=T3JnOjE', { search: 'lund', organizationId: 'T3JnOjE' }],
    ['assignee=*me', { isOpen: true, isMine: true }],
    ['assignee=*none', { isOpen: true, isAssigned: false }],
    ['assignee=me', { isOpen: true, assignee: 'me' }],
  ])('reads the address “%s”', (search, filter) => expect(at(search).filter).toEqual(filter))

  test('has the oldest first, unless the address says otherwise', () => {
    expect(at('').orderBy).toEqual({ field: 'SUBMITTED_AT', direction: 'ASC' })
    expect(at('sort=-submitted').orderBy.direction).toBe('DESC')
  })
})

const key = (kid: string) => ({ kid, kty: 'EC' })
const jwks = { keys: [key('a'), key('b')] }
const rp = (client_name: string) => ({ openid_relying_party: { client_name } })
const nameAt = ['metadata', 'openid_relying_party', 'client_name']

describe('a registration', () => {
  const declared = { jwks, metadata: rp('Declared') }

  test('differs in nothing without changes, or with those that return to the entity', () => {
    expect(differencesFromDeclared({ declared, changes: {} })).toEqual([])
    expect(differencesFromDeclared({ declared, changes: { jwks: null, metadata: null } })).toEqual([])
  })

  test('differs in metadata by parameter, and in keys by key', () => {
    const changes = { metadata: rp('Asked'), jwks: { keys: [key('b'), key('c')] } }
    expect(differencesFromDeclared({ declared, changes })).toEqual([
      { path: ['keys', 'a'], before: key('a'), after: undefined },
      { path: ['keys', 'c'], before: undefined, after: key('c') },
      { path: nameAt, before: 'Declared', after: 'Asked' },
    ])
  })
})

describe('a change', () => {
  const registered = {
    jwks,
    metadata: rp('Registered'),
    metadataFollowsEntity: true,
    entityConfiguration: { claims: { metadata: rp('Fetched') } },
  }
  const declared = { jwks: { keys: [key('d')] }, metadata: rp('Declared') }

  test('of keys alone brings the declared metadata along, where they follow the entity', () => {
    const changes = { jwks: { keys: [key('b'), key('a'), key('c')] } }
    const added = { path: ['keys', 'c'], before: undefined, after: key('c') }
    expect(differencesFromRegistered({ changes, declared }, registered)).toEqual([
      added,
      { path: nameAt, before: 'Registered', after: 'Declared' },
    ])
    const kept = { ...registered, metadataFollowsEntity: false }
    expect(differencesFromRegistered({ changes, declared }, kept)).toEqual([added])
  })

  test('returns to the keys that the entity declares', () => {
    const kept = { ...registered, metadataFollowsEntity: false }
    const found = differencesFromRegistered({ changes: { jwks: null }, declared }, kept)
    expect(found.map(({ path }) => path)).toEqual([
      ['keys', 'a'],
      ['keys', 'b'],
      ['keys', 'd'],
    ])
  })

  test('of metadata alone is compared without keys, and returns to what was fetched last', () => {
    const to = (changes: unknown) => differencesFromRegistered({ changes, declared: null }, registered)
    expect(to({ metadata: rp('Asked') })).toEqual([{ path: nameAt, before: 'Registered', after: 'Asked' }])
    expect(to({ metadata: null })).toEqual([{ path: nameAt, before: 'Registered', after: 'Fetched' }])
    expect(to({ metadata: rp('Registered') })).toEqual([])
  })
})
