/** `/extended_list`: the parameters of `/list`, and those of the Extended Subordinate Listing draft. */
import { beforeAll, expect, test, vi } from 'vitest'
import { patience } from '#test/helpers/patience.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'

const [a, b, c, d] = [
  'https://a.example',
  'https://b.example',
  'https://c.example',
  'https://d.example',
] as const
const member = 'https://ta.example/marks/member'
const certified = 'https://ta.example/marks/certified'

let statement: string

const ta = trustAnchorInFile()
beforeAll(async () => {
  await ta.publishConfiguration()
  const constraints = { max_path_length: 0 }
  statement = await ta.publishSubordinate({
    id: a,
    registered: 100,
    updated: 200,
    statement: { constraints },
  })
  await ta.publishSubordinate({ id: b, registered: 100, updated: 300, entityTypes: ['openid_provider'] })
  await ta.publishSubordinate({ id: c, registered: 100, updated: 400, intermediate: true })
  await ta.publishSubordinate({ id: 'https://late.example', exp: ta.now() - 1 })
  await ta.publishSubordinate({ id: 'https://stale.example', exp: ta.now() - 1, foreign: true })
  await ta.publishSubordinate({ id: d, foreign: true })
  await ta.announce({ kind: 'all' })
  await ta.issueTrustMark({ type: member, subject: a })
  await ta.issueTrustMark({ type: certified, subject: b })
})

type Item = { id: string; [claim: string]: unknown }
type Answer = { immediate_subordinate_entities: Item[]; next?: string }
const ask = (query = '') => ta.app.inject({ url: `/extended_list?${query}` })
async function list(query = ''): Promise<Answer> {
  const answer = await ask(query)
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/json'])
  return answer.json()
}
const ids = async (query: string) => (await list(query)).immediate_subordinate_entities.map(({ id }) => id)

test('lists the identifier of every subordinate with a valid statement', {
  tags: 'listing/id',
}, async () => {
  expect(await list()).toEqual({
    immediate_subordinate_entities: [{ id: a }, { id: b }, { id: c }, { id: d }],
  })
})

eachRow([
  proves(['entity_type=openid_provider', [b]], 'listing/request'),
  proves(['intermediate=true', [c]], 'listing/request'),
  proves(['trust_marked=true', [a, b]], 'listing/request'),
  [`trust_mark_type=${member}`, [a]],
  [`trust_mark_type=${member}&trust_mark_type=${certified}`, [a, b]],
  proves(['updated_after=300&updated_before=300', [b]], 'listing/updated-after'),
  ['updated_after=300.5', [c, d]],
  proves(['updated_before=299', [a]], 'listing/updated-after'),
  ['updated_after=200&entity_type=openid_provider', [b]],
  ['unheard=of', [a, b, c, d]],
])('filters: %s', { tags: 'listing/trust-mark-type' }, async (query, expected) => {
  expect(await ids(query)).toEqual(expected)
})

test('adds the times on request, or with a filter by time', {
  tags: 'listing/audit-timestamps',
}, async () => {
  const [first] = (await list('audit_timestamps=true')).immediate_subordinate_entities
  expect(first).toEqual({ id: a, registered: 100, updated: 200 })
  const [filtered] = (await list('updated_before=299')).immediate_subordinate_entities
  expect(filtered).toEqual({ id: a, registered: 100, updated: 200 })
})

test('has only the time of the statement from a foreign writer', async () => {
  const last = (await list('audit_timestamps=true')).immediate_subordinate_entities.at(-1)
  expect(last).toEqual({ id: d, updated: expect.any(Number) })
  await ta.announce({ kind: 'subordinate', id: d }) // so it is read individually
  expect((await list('audit_timestamps=true')).immediate_subordinate_entities.at(-1)).toEqual(last)
})

test.each(['claims=constraints&claims=iss', 'claims=constraints,iss,absent'])(
  'adds claims of the statement: %s',
  { tags: 'listing/claims' },
  async (query) => {
    const [first, second] = (await list(query)).immediate_subordinate_entities
    expect(first).toEqual({ id: a, iss: entityId, constraints: { max_path_length: 0 } })
    expect(second).toEqual({ id: b, iss: entityId })
  },
)

test.each(['claims=exp,%20iat', 'claims=%5B%22exp%22,%20%22iat%22%5D', 'claims=exp&claims=iat'])(
  'reads names in each form: %s',
  async (query) => {
    const [first] = (await list(query)).immediate_subordinate_entities
    expect(Object.keys(first ?? {}).sort()).toEqual(['exp', 'iat', 'id'])
  },
)

test('adds the signed statement', { tags: 'listing/claims' }, async () => {
  const [first] = (await list('claims=subordinate_statement')).immediate_subordinate_entities
  expect(first).toEqual({ id: a, subordinate_statement: statement })
})

test('pages through all subordinates once, even if the first one of a page was removed', {
  tags: ['listing/from', 'listing/limit', 'listing/next'],
}, async () => {
  const first = await list('limit=2')
  expect(first.immediate_subordinate_entities).toEqual([{ id: a }, { id: b }])
  const second = await list(`limit=2&from=${first.next}`)
  expect(second).toEqual({ immediate_subordinate_entities: [{ id: c }, { id: d }] })
  await ta.removeSubordinate(c)
  expect(await ids(`from=${first.next}`)).toEqual([d])
})

test('never sends more than its maximum, with or without a limit', {
  tags: 'listing/limit',
}, async () => {
  const many = Array.from({ length: 501 }, (_, count) => `https://many${count}.example`)
  await ta.redis.client.hset(ta.names.subordinates, Object.fromEntries(many.map((id) => [id, statement])))
  await ta.announce({ kind: 'all' })
  for (const query of ['', 'limit=100000']) {
    const page = await list(query)
    expect(page.immediate_subordinate_entities).toHaveLength(500)
    expect(page.next).toEqual(expect.any(String))
  }
  await ta.redis.client.hdel(ta.names.subordinates, ...many)
  await ta.announce({ kind: 'all' })
})

test('sends the same bytes until a change or an expiry', async () => {
  const bytes = async () => (await ask('audit_timestamps=true&claims=exp')).rawPayload
  const first = await bytes()
  expect(await bytes()).toEqual(first)

  const soon = 'https://soon.example'
  await ta.publishSubordinate({ id: soon, exp: ta.now() + 60 })
  await vi.waitFor(async () => expect(await ids('claims=exp')).toContain(soon), patience)
  ta.clock.ahead += 61
  expect(await ids('claims=exp')).not.toContain(soon)
  ta.clock.ahead -= 61
  await ta.publishSubordinate({ id: a, registered: 100, updated: 500 })
  await vi.waitFor(async () => expect(await ids('updated_after=500')).toContain(a), patience)
})

test('ignores empty parameters and a limit of 0 (RFC 6749 §3.1)', async () => {
  const empty = 'from=&limit=0&updated_after=&updated_before=&audit_timestamps=&claims='
  expect(await list(empty)).toEqual(await list())
})

eachRow([
  proves(['from=hello', 404, 'page_not_found'], 'listing/from'),
  ['updated_after=yesterday', 400, 'invalid_request'],
  ['updated_before=-1', 400, 'invalid_request'],
  ['audit_timestamps=maybe', 400, 'invalid_request'],
  ['claims=[exp]', 400, 'invalid_request'],
  ['claims=[1]', 400, 'invalid_request'],
  ['intermediate=1', 400, 'invalid_request'],
])('refuses %s', async (query, status, error) => {
  const answer = await ask(query)
  expect(answer.json()).toEqual({ error, error_description: expect.any(String) })
  expect(answer.statusCode).toBe(status)
})
