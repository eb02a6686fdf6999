import { expect, test } from 'vitest'
import { buildHistoricalKeySet } from '#core/historical-keys.ts'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { configuredInFile, entityId } from '../trust-anchor.ts'
import { verified } from '../verify.ts'

const ta = configuredInFile()

test('is not found before the first key is retired', async () => {
  const answer = await ta.get('/historical_keys')
  expect(answer.statusCode).toBe(404)
  expect(answer.json()).toMatchObject({ error: 'not_found' })
})

test('sends the published key set in its exact media type (§8.7.2)', { tags: '8.7.2/typ' }, async () => {
  const old = { ...toPublicJwk(await generateSigningKey('ES256')), exp: ta.now() - 1 }
  const claims = buildHistoricalKeySet({ issuer: entityId, iat: ta.now(), keys: [old] })
  await ta.redis.client.set(ta.names.historicalKeys, await ta.sign(claims, 'jwk-set+jwt'))
  await ta.announce({ kind: 'historical-keys' })
  const answer = await ta.get('/historical_keys')
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['content-type']).toBe('application/jwk-set+jwt')
  const { payload } = await verified(answer.body, { keys: ta.jwks, typ: 'jwk-set+jwt' })
  expect(payload).toMatchObject({ iss: entityId, keys: [{ kid: old.kid, exp: old.exp }] })
})
