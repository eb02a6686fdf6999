import { expect, test } from 'vitest'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'
import { verified } from '../verify.ts'

const PATH = '/.well-known/openid-federation'

const ta = trustAnchorInFile()

test('is unavailable, not absent, before the first publication', async () => {
  const answer = await ta.get(PATH)
  expect(answer.statusCode).toBe(503)
  expect(answer.headers['retry-after']).toBe('5')
  expect(answer.headers['content-type']).toBe('application/json')
  expect(answer.json()).toMatchObject({ error: 'temporarily_unavailable' })
})

test('sends the published statement in its exact media type (§9.2)', {
  tags: ['3/typ', '9.2/response'],
}, async () => {
  await ta.publishConfiguration()
  const answer = await ta.get(PATH)
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['content-type']).toBe('application/entity-statement+jwt')
  const { payload } = await verified(answer.body, { keys: ta.jwks, typ: 'entity-statement+jwt' })
  expect(payload).toMatchObject({ iss: entityId, sub: entityId })
})

test('ignores undefined parameters (§8)', { tags: '8/unknown-parameters' }, async () => {
  await ta.publishConfiguration()
  expect((await ta.get(PATH, { what: 'ever' })).statusCode).toBe(200)
})

test('allows caching for a minute, but never beyond its exp', async () => {
  await ta.publishConfiguration({}, 3600)
  expect((await ta.get(PATH)).headers['cache-control']).toBe('public, max-age=60')
  await ta.publishConfiguration({}, 20)
  const [, seconds] =
    /^public, max-age=(\d+)$/.exec(String((await ta.get(PATH)).headers['cache-control'])) ?? []
  expect(Number(seconds)).toBeLessThanOrEqual(20)
})

test('sends 304 to a client that has it', async () => {
  await ta.publishConfiguration()
  const { etag } = (await ta.get(PATH)).headers
  const again = await ta.app.inject({ url: PATH, headers: { 'if-none-match': `"other", W/${etag}` } })
  expect(again.statusCode).toBe(304)
  expect(again.body).toBe('')
  await ta.publishConfiguration({ iat: ta.now() - 1 })
  const changed = await ta.app.inject({ url: PATH, headers: { 'if-none-match': String(etag) } })
  expect(changed.statusCode).toBe(200)
})

test('is unavailable once it has expired', async () => {
  await ta.publishConfiguration({}, 30)
  ta.clock.ahead = 31
  const answer = await ta.get(PATH)
  ta.clock.ahead = 0
  expect(answer.statusCode).toBe(503)
  expect(answer.json().error_description).toContain('expired')
})
