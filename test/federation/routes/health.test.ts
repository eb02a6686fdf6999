import { expect, test } from 'vitest'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'

const ta = trustAnchorInFile()

/** Asks /health and /status. */
async function ask() {
  const [health, status] = await Promise.all([ta.get('/health'), ta.get('/status')])
  return { codes: [health.statusCode, status.statusCode], health: health.json(), status: status.json() }
}

const fault = (detail: RegExp) => ({
  codes: [503, 503],
  health: { status: 'error', detail: expect.stringMatching(detail) },
  status: expect.objectContaining({ status: 'error', detail: expect.stringMatching(detail) }),
})

test('/health and /status report that nothing is published, until it is', async () => {
  expect(await ask()).toEqual(fault(/^No Entity Configuration is published in Redis\. .+\.$/))
  expect((await ta.get('/health/live')).statusCode).toBe(200)
  await ta.publishConfiguration()
  expect(await ask()).toMatchObject({
    codes: [200, 200],
    health: { status: 'ok' },
    status: { status: 'ok' },
  })
})

test('/health and /status name the other entity whose data is published', async () => {
  await ta.publishConfiguration({ iss: 'https://other.example', sub: 'https://other.example' })
  const sentence =
    /^The Entity Configuration in Redis is that of https:\/\/other\.example, but TA_DOMAIN is https:\/\/ta\.example\./
  expect(await ask()).toEqual(fault(sentence))
})

test('/health reports a published value that is not a JWT, without quoting it', async () => {
  await ta.redis.client.set(ta.names.entityConfiguration, 'secret rubbish')
  await ta.announce({ kind: 'entity-configuration' })
  expect(await ask()).toEqual(fault(/^A published value in Redis is not a JWT\. /))
  expect(JSON.stringify(await ask())).not.toContain('rubbish')
})

test('/health is ok while Redis responds, also when the Entity Configuration has expired', async () => {
  await ta.publishConfiguration({}, -60)
  const answer = await ta.get('/health')
  expect(answer.statusCode).toBe(200)
  expect(answer.json()).toEqual({ status: 'ok' })
  await ta.publishConfiguration()
})

test('/status counts published data', async () => {
  const { collection } = ta.names
  await ta.publishSubordinate({ id: 'https://a.example' })
  await ta.publishSubordinate({ id: 'https://b.example' })
  await ta.issueTrustMark({ type: 'https://ta.example/b', subject: 'https://a.example' })
  await ta.issueTrustMark({ type: 'https://ta.example/a', subject: 'https://a.example' })
  await ta.redis.client.hset(collection.entities, { 'https://a.example': '{}', 'https://b.example': '{}' })
  await ta.redis.client.sadd(collection.byType('openid_provider'), 'https://a.example')
  await ta.redis.client.sadd(collection.byType('federation_entity'), 'https://b.example')
  await ta.redis.client.set(collection.lastUpdated, '1708420000')
  expect((await ta.get('/status')).json()).toEqual({
    entity_id: entityId,
    version: '0.0.0-test',
    status: 'ok',
    keys: { public_keys: 1, historical_keys_available: false },
    subordinates: { direct: 2 },
    trust_marks: { types: ['https://ta.example/a', 'https://ta.example/b'], total_issued: 2 },
    collection: {
      total_entities: 2,
      openid_providers: 1,
      openid_relying_parties: 0,
      intermediates: 1,
      last_updated: 1708420000,
    },
  })
})

// The last test, because Redis is not restarted.
test('/health reports that Redis is down, and /health/live that the process is up', async () => {
  await ta.redis.stop()
  const answer = await ta.get('/health')
  expect(answer.statusCode).toBe(503)
  expect(answer.json()).toEqual({ status: 'error', detail: 'redis unavailable' })
  expect((await ta.get('/health/live')).statusCode).toBe(200)
})
