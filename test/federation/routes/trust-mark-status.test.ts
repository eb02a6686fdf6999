import { expect, test } from 'vitest'
import { signJwt } from '#core/jws.ts'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { hashTrustMark } from '#store/trust-mark-record.ts'
import { configuredInFile, entityId } from '../trust-anchor.ts'
import { verified } from '../verify.ts'

const type = 'https://ta.example/marks/member'

const ta = configuredInFile()

const form = { 'content-type': 'application/x-www-form-urlencoded' }
const ask = (mark: string) =>
  ta.app.inject({
    method: 'POST',
    url: '/trust_mark_status',
    headers: form,
    payload: new URLSearchParams({ trust_mark: mark }).toString(),
  })

async function status(mark: string): Promise<unknown> {
  const answer = await ask(mark)
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['content-type']).toBe('application/trust-mark-status-response+jwt')
  const { payload } = await verified(answer.body, { keys: ta.jwks, typ: 'trust-mark-status-response+jwt' })
  expect(payload).toMatchObject({ iss: entityId, iat: expect.any(Number), trust_mark: mark })
  return payload.status
}

test('an issued mark is active, and its revocation has immediate effect (§8.4.2)', {
  tags: ['8.4.2/typ', '8.4.2/claims', '8.4.2/status'],
}, async () => {
  const subject = 'https://a.example'
  const mark = await ta.issueTrustMark({ type, subject, exp: ta.now() + 600 })
  expect(await status(mark)).toBe('active')
  await ta.revokeTrustMark(mark, { type, subject })
  expect(await status(mark)).toBe('revoked')
})

test('the status belongs to the issued JWT: a new mark does not bring a revoked one back', {
  tags: '8.4.2/status',
}, async () => {
  const subject = 'https://b.example'
  const first = await ta.issueTrustMark({ type, subject, issuedAt: ta.now() - 10 })
  await ta.revokeTrustMark(first, { type, subject })
  const second = await ta.issueTrustMark({ type, subject })
  expect(await status(first)).toBe('revoked')
  expect(await status(second)).toBe('active')
})

test('an issued mark is expired after its exp', { tags: '8.4.2/status' }, async () => {
  const times = { exp: ta.now() - 1, issuedAt: ta.now() - 60 }
  const mark = await ta.issueTrustMark({ type, subject: 'https://c.example', ...times })
  expect(await status(mark)).toBe('expired')
})

test('a mark signed with a retired key is active, with a compromised or unknown one invalid (§8.7)', {
  tags: '8.4.2/status',
}, async () => {
  const [retired, compromised, unknown] = await Promise.all(
    ['retired', 'compromised', 'unknown'].map(() => generateSigningKey('ES256')),
  )
  if (!retired || !compromised || !unknown) throw new Error('three keys were asked for')
  const exp = ta.now()
  ta.retireKeys(
    { ...toPublicJwk(retired), exp },
    { ...toPublicJwk(compromised), exp, revoked: { revoked_at: exp, reason: 'compromised' } },
  )
  const issue = (key: typeof retired, name: string) =>
    ta.issueTrustMark({ type, subject: `https://${name}.example`, key })
  expect(await status(await issue(retired, 'retired'))).toBe('active')
  expect(await status(await issue(compromised, 'compromised'))).toBe('invalid')
  expect(await status(await issue(unknown, 'unknown'))).toBe('invalid')
})

test('a mark of another issuer is invalid, even if it is recorded as issued here', async () => {
  const claims = {
    iss: 'https://other.example',
    sub: 'https://e.example',
    trust_mark_type: type,
    iat: ta.now(),
  }
  const mark = await signJwt(claims, { key: ta.key, typ: 'trust-mark+jwt' })
  await ta.redis.client.sadd(ta.names.issuedTrustMarks, hashTrustMark(mark))
  expect(await status(mark)).toBe('invalid')
})

test('a recorded value that is not a JWT is invalid', async () => {
  for (const value of ['rubbish', 'a.b.c', `x.${Buffer.from('[1]').toString('base64url')}.x`]) {
    await ta.redis.client.sadd(ta.names.issuedTrustMarks, hashTrustMark(value))
    expect(await status(value)).toBe('invalid')
  }
})

test('a mark that was not issued here is not found, even with our signature', {
  tags: '8.4.2/not-ours',
}, async () => {
  const mark = await ta.issueTrustMark({ type, subject: 'https://d.example' })
  await ta.redis.client.srem(ta.names.issuedTrustMarks, hashTrustMark(mark))
  for (const unknown of [mark, `${mark}x`, 'unknown']) {
    const answer = await ask(unknown)
    expect(answer.statusCode).toBe(404)
    expect(answer.json()).toMatchObject({ error: 'not_found' })
  }
})

test('accepts only POST with a form (§8.4.1)', {
  tags: ['8.4.1/request', '8.8/post'],
}, async () => {
  const get = await ta.get('/trust_mark_status', { trust_mark: 'x' })
  expect(get.statusCode).toBe(405)
  expect(get.headers.allow).toBe('POST')
  const json = await ta.app.inject({
    method: 'POST',
    url: '/trust_mark_status',
    payload: { trust_mark: 'x' },
  })
  expect(json.statusCode).toBe(415)
  expect(json.json()).toMatchObject({ error: 'invalid_request' })
  const empty = await ta.app.inject({ method: 'POST', url: '/trust_mark_status' })
  expect(empty.statusCode).toBe(400)
  const twice = await ta.app.inject({
    method: 'POST',
    url: '/trust_mark_status',
    headers: form,
    payload: 'trust_mark=x&trust_mark=y',
  })
  expect(twice.statusCode).toBe(400)
})

test('refuses a form over 16 KiB', async () => {
  const answer = await ask('x'.repeat(16 * 1024))
  expect(answer.statusCode).toBe(413)
  expect(answer.json()).toMatchObject({ error: 'invalid_request' })
})
