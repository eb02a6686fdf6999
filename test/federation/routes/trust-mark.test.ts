import { createHash } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { untilTrue } from '#test/helpers/until.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'
import { verified } from '../verify.ts'

const type = 'https://ta.example/marks/member'
const holder = 'https://holder.example'
const former = 'https://former.example'
const late = 'https://late.example'

const ta = trustAnchorInFile()
beforeAll(async () => {
  await ta.publishConfiguration()
  await ta.issueTrustMark({ type, subject: holder, exp: ta.now() + 600 })
  await ta.issueTrustMark({ type, subject: late, exp: ta.now() - 1, issuedAt: ta.now() - 60 })
  const revoked = await ta.issueTrustMark({ type, subject: former })
  await ta.revokeTrustMark(revoked, { type, subject: former })
})

const ask = (sub: string, trust_mark_type = type) => ta.get('/trust_mark', { sub, trust_mark_type })

test('sends the mark of the subject (§8.6.2)', { tags: ['7/kid', '8.6.2/response'] }, async () => {
  const answer = await ask(holder)
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['content-type']).toBe('application/trust-mark+jwt')
  const { payload } = await verified(answer.body, { keys: ta.jwks, typ: 'trust-mark+jwt' })
  expect(payload).toMatchObject({ iss: entityId, sub: holder, trust_mark_type: type })
})

test.each([
  ['revoked', former, type],
  ['expired', late, type],
  ['of another type', holder, 'https://ta.example/marks/other'],
  ['of another subject', 'https://nobody.example', type],
])('answers 404 for a mark that is %s', { tags: '8.6.2/not-found' }, async (_state, subject, markType) => {
  const answer = await ask(subject, markType)
  expect(answer.statusCode).toBe(404)
  expect(answer.json()).toMatchObject({ error: 'not_found' })
})

test.each([
  ['sub', { trust_mark_type: type }],
  ['trust_mark_type', { sub: holder }],
])(
  'requires the parameter %s',
  { tags: '8.6.1/request' },
  async (name, parameters: Record<string, string>) => {
    const answer = await ta.get('/trust_mark', parameters)
    expect(answer.statusCode).toBe(400)
    expect(answer.json().error_description).toContain(name)
  },
)

test('is not found after a revocation, and found again after a new mark is issued', async () => {
  const subject = 'https://changing.example'
  const mark = await ta.issueTrustMark({ type, subject })
  expect((await ask(subject)).body).toBe(mark)
  await ta.revokeTrustMark(mark, { type, subject })
  expect((await ask(subject)).statusCode).toBe(404)
  const next = await ta.issueTrustMark({ type, subject, issuedAt: ta.now() - 1 })
  expect((await ask(subject)).body).toBe(next)
})

test('uses the record of a revocation even if the mark is still stored', async () => {
  const subject = 'https://half-written.example'
  const mark = await ta.issueTrustMark({ type, subject })
  await ta.revokeTrustMark(mark, { type, subject })
  await ta.redis.client.hset(ta.names.trustMarks(subject), type, mark)
  await ta.announce({ kind: 'trust-mark', id: subject })
  expect((await ask(subject)).statusCode).toBe(404)
})

test('finds the mark of a member with one command where our publisher writes, which replaces a revoked one', async () => {
  const subject = 'https://read-once.example'
  const mark = await ta.issueTrustMark({ type, subject })
  const hash = createHash('sha256').update(mark).digest('hex')
  await ta.redis.client.hset(ta.names.trustMarkRevocations, hash, '{}')
  await ta.announce({ kind: 'trust-mark', id: subject })
  expect((await ask(subject)).statusCode).toBe(404)
  await ta.redis.client.hdel(ta.names.trustMarkRevocations, hash)
  await ta.redis.client.set(ta.names.publicationMarker, 'ours')
  await ta.announce({ kind: 'all' })
  const readOnce = async () => {
    await ta.announce({ kind: 'trust-mark', id: subject })
    await ta.redis.client.config('RESETSTAT')
    expect((await ask(subject)).body).toBe(mark)
    const commands = await ta.redis.client.info('commandstats')
    return /cmdstat_hgetall:calls=1,/.test(commands) && !commands.includes('hmget')
  }
  await untilTrue('the server knows that changes are announced', readOnce)
  await ta.revokeTrustMark(mark, { type, subject })
  expect((await ask(subject)).statusCode).toBe(404)
  await ta.redis.client.del(ta.names.publicationMarker)
})
