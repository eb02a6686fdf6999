/** Rate limits of expensive endpoints (§18.1). */
import { expect, test } from 'vitest'
import { entityId } from '../publisher.ts'
import { startTrustAnchor } from '../trust-anchor.ts'

test.each([
  ['/resolve', { sub: entityId, trust_anchor: entityId }, { resolveRateLimit: 2 }],
  ['/collection', { query: 'university' }, { collectionRateLimit: 2 }],
])('limits how often one client may ask for %s', async (path, parameters, limits) => {
  const limited = await startTrustAnchor(limits)
  await limited.publishConfiguration()
  await limited.redis.client.set(limited.names.collection.lastUpdated, '1')
  const ask = () => limited.get(path, parameters)
  expect([(await ask()).statusCode, (await ask()).statusCode]).toEqual([200, 200])
  const refused = await ask()
  expect(refused.statusCode).toBe(429)
  expect(refused.headers['retry-after']).toBeDefined()
  expect(refused.json()).toMatchObject({ error: 'temporarily_unavailable' })
  expect((await limited.get('/list')).statusCode).toBe(200)
  await limited.close()
})
