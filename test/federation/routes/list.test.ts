import { beforeAll, expect, test } from 'vitest'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { trustAnchorInFile } from '../trust-anchor.ts'

const rp = 'https://rp.example'
const op = 'https://op.example'
const both = 'https://both.example'
const ia = 'https://ia.example'
const member = 'https://ta.example/marks/member'
const certified = 'https://ta.example/marks/certified'

const ta = trustAnchorInFile()
beforeAll(async () => {
  await ta.publishConfiguration()
  await ta.publishSubordinate({ id: rp })
  await ta.publishSubordinate({ id: op, entityTypes: ['openid_provider', 'federation_entity'] })
  await ta.publishSubordinate({ id: both, entityTypes: ['openid_provider', 'openid_relying_party'] })
  await ta.publishSubordinate({ id: ia, entityTypes: ['federation_entity'], intermediate: true })
  await ta.publishSubordinate({ id: 'https://expired.example', exp: ta.now() - 1 })
  await ta.issueTrustMark({ type: member, subject: rp, exp: ta.now() + 3600 })
  await ta.issueTrustMark({ type: member, subject: op, exp: ta.now() - 1, issuedAt: ta.now() - 60 })
  await ta.issueTrustMark({ type: certified, subject: ia })
  await ta.issueTrustMark({ type: certified, subject: 'https://elsewhere.example' })
  const revoked = await ta.issueTrustMark({ type: member, subject: both })
  await ta.revokeTrustMark(revoked, { type: member, subject: both })
})

async function list(query = ''): Promise<unknown> {
  const answer = await ta.app.inject({ url: `/list${query}` })
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['content-type']).toBe('application/json')
  return answer.json()
}

const type = (value: string) => `entity_type=${value}`
const marked = (value: string) => `trust_mark_type=${encodeURIComponent(value)}`

const cases: [what: string, query: string, expected: string[]][] = [
  proves(['everyone, sorted, but not whose statement has expired', '', [both, ia, op, rp]], '8.2/response'),
  proves(['by entity type', `?${type('openid_provider')}`, [both, op]], '8.2.1/entity-type'),
  proves(
    [
      'by any of several entity types',
      `?${type('openid_provider')}&${type('openid_relying_party')}`,
      [both, op, rp],
    ],
    '8.2.1/entity-type',
  ),
  proves(['by an entity type without entities', `?${type('oauth_client')}`, []], '8.2.1/entity-type'),
  proves(['Intermediates', '?intermediate=true', [ia]], '8.2.1/intermediate'),
  ['entities that are not Intermediates', '?intermediate=false', [both, op, rp]],
  proves(
    ['holders of a mark that is neither expired nor revoked', `?${marked(member)}`, [rp]],
    '8.2.1/trust-marked',
  ),
  ['only subordinates among the holders', `?${marked(certified)}`, [ia]],
  proves(['holders of any valid mark', '?trust_marked=true', [ia, rp]], '8.2.1/trust-marked'),
  ['all subordinates without a filter for marks', '?trust_marked=false', [both, ia, op, rp]],
  ['subordinates that pass every filter', `?trust_marked=true&${type('openid_relying_party')}`, [rp]],
  proves(['everyone when a parameter is unknown', '?what=ever', [both, ia, op, rp]], '8/unknown-parameters'),
]

eachRow(cases)('lists %s (§8.2)', async (_what, query, expected) => {
  expect(await list(query)).toEqual(expected)
})

test.each([
  ['an invalid boolean', '?intermediate=yes'],
  ['a repeated boolean', '?trust_marked=true&trust_marked=true'],
  ['a repeated mark type', `?${marked(member)}&${marked(certified)}`],
  ['too many entity types', `?${Array.from({ length: 33 }, (_, n) => type(`t${n}`)).join('&')}`],
])('refuses %s', async (_what, query) => {
  const answer = await ta.app.inject({ url: `/list${query}` })
  expect(answer.statusCode).toBe(400)
  expect(answer.json()).toMatchObject({ error: 'invalid_request' })
})

test('ignores empty parameters (RFC 6749 §3.1)', async () => {
  expect(await list('?entity_type=&trust_marked=&trust_mark_type=&intermediate=')).toEqual(await list())
  expect(await list('?entity_type=&entity_type=openid_provider')).toEqual(
    await list('?entity_type=openid_provider'),
  )
})

test('reflects every change immediately', async () => {
  const id = 'https://new.example'
  expect(await list()).not.toContain(id)
  await ta.publishSubordinate({ id })
  expect(await list()).toContain(id)
  await ta.publishSubordinate({ id, entityTypes: ['openid_provider'] })
  expect(await list(`?${type('openid_provider')}`)).toContain(id)
  await ta.removeSubordinate(id)
  expect(await list()).not.toContain(id)
})

test('omits an entity from the second in which its statement expires', async () => {
  const id = 'https://short.example'
  await ta.publishSubordinate({ id, exp: ta.now() + 100 })
  expect(await list()).toContain(id)
  ta.clock.ahead = 101
  expect(await list()).not.toContain(id)
  ta.clock.ahead = 0
  await ta.removeSubordinate(id)
})
