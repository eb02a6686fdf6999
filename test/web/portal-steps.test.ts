/** Tests the steps that the portal shows: those of a first entity, and those of a change of keys. */
import { expect, test } from 'vitest'
import { invitationInWords, inviterInWords } from '#lib/auth/invitation.ts'
import type { RequestKind, RequestState } from '#lib/gql/graphql.ts'
import { exampleClaims, exampleEntityId } from '#lib/portal/example-configuration.ts'
import { firstStepsOf } from '#lib/portal/first-steps.ts'
import { keyChangeOf, lifetimeInWords } from '#lib/portal/key-change.ts'
import { markLine, publicationOf } from '#lib/portal/published-mark.ts'

const request = (kind: RequestKind, state: RequestState) => ({
  id: state,
  kind,
  state,
  entityId: 'https://rp.example.org',
})

test.each([
  ['without a request', [], undefined, ['due', 'later', 'Next']],
  [
    'that waits for the operators',
    [request('REGISTER', 'WAITING_FOR_OPERATOR')],
    undefined,
    ['done', 'waiting', 'Waits for the operators'],
  ],
  [
    'that waits for the organization',
    [request('REGISTER', 'WAITING_FOR_MEMBER')],
    request('REGISTER', 'REFUSED'),
    ['done', 'due', 'Waits for you'],
  ],
  ['that was refused', [], request('REGISTER', 'REFUSED'), ['done', 'due', 'Refused']],
  ['that was withdrawn', [], request('REGISTER', 'WITHDRAWN'), ['due', 'later', 'Next']],
  ['after a removal', [], request('WITHDRAW', 'APPROVED'), ['due', 'later', 'Next']],
  ['of another kind', [request('WITHDRAW', 'WAITING_FOR_OPERATOR')], undefined, ['due', 'later', 'Next']],
] as const)('the first steps with a request %s', (_what, open, last, expected) => {
  const { publish, ask, marks } = firstStepsOf(open, last)
  expect([publish.state, ask.state, ask.words?.label]).toEqual(expected)
  expect(marks.state).toBe('later')
})

const jwks = (...kids: string[]) => ({ jwks: { keys: kids.map((kid) => ({ kid, kty: 'EC' })) } })
const kids = (keys: readonly Record<string, unknown>[]) => keys.map(({ kid }) => kid)

test.each([
  ['nothing begun', ['a'], ['a'], ['later', 'later', 'later', 'later']],
  ['announced, and not in the statement yet', ['a'], ['a', 'b'], ['done', 'due', 'waiting', 'later']],
  ['announced and in the statement', ['a', 'b'], ['a', 'b'], ['done', 'done', 'due', 'later']],
  ['the previous key removed from the configuration', ['a', 'b'], ['b'], ['done', 'done', 'done', 'due']],
  ['replaced without an announcement', ['a'], ['b'], ['done', 'due', 'waiting', 'later']],
])('a change of keys: %s', (_what, statement, configuration, expected) => {
  const { states, known, announced, leaving } = keyChangeOf(jwks(...statement), jwks(...configuration))
  expect(Object.values(states)).toEqual(expected)
  expect(kids([...known, ...announced]).toSorted()).toEqual(configuration)
  expect(kids([...known, ...leaving]).toSorted()).toEqual(statement)
})

test.each([
  [{ iat: 0, exp: 3601 }, '2 hours'],
  [{ iat: 0, exp: 86_400 }, '24 hours'],
  [{ iat: 0, exp: 604_800 }, '7 days'],
  [{ iat: 0 }, 'as long as the statement is valid'],
  [undefined, 'as long as the statement is valid'],
])('copies of a statement with %j are in caches for %s', (claims, words) => {
  expect(lifetimeInWords(claims)).toBe(words)
})

test.each([
  ['', 'https://rp.example.org'],
  ['rubbish', 'https://rp.example.org'],
  ['https://', 'https://rp.example.org'],
  ['op.lu.example', 'https://op.lu.example'],
  ['https://lu.example/op/.well-known/openid-federation', 'https://lu.example/op'],
])('the example of an entity that is typed as “%s” is about %s', (typed, entityId) => {
  expect(exampleEntityId(typed)).toBe(entityId)
  const values = { anchor: 'https://ta.example.org', organization: 'Lund', contacts: [], now: new Date(0) }
  const claims = exampleClaims({ ...values, entityId: typed, type: 'openid_provider' })
  expect(claims).toMatchObject({ iss: entityId, sub: entityId, authority_hints: ['https://ta.example.org'] })
  expect(claims.metadata.federation_entity).toEqual({ organization_name: 'Lund' })
})

test('the line of a Trust Mark is what its publication is recognized by', () => {
  const mark = { type: 'https://ta.example.org/member', jwt: 'a.b.c' }
  expect(markLine(mark)).not.toContain('\n')
  expect(publicationOf(mark, { trust_marks: [JSON.parse(markLine(mark))] })).toBe('current')
})

test.each([
  [
    {
      invitedBy: 'Anna Ek (anna@lu.example)',
      isOperator: false,
      organizations: ['Lund'],
      federations: ['North'],
    },
    'Anna Ek (anna@lu.example)',
    'You are invited to act for Lund in North.',
  ],
  [
    { invitedBy: null, isOperator: false, organizations: ['Lund', 'Oslo'], federations: [] },
    'the operators of an OpenID Federation',
    'You are invited to act for Lund and Oslo in an OpenID Federation.',
  ],
  [
    { invitedBy: null, isOperator: true, organizations: [], federations: ['North'] },
    'an administrator',
    'You are invited to the console of North.',
  ],
])('an invitation %j in words', (offer, inviter, sentence) => {
  expect(inviterInWords(offer)).toBe(inviter)
  expect(invitationInWords(offer)).toContain(sentence)
})
