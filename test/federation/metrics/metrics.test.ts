/** Metrics for Prometheus on a separate port. */
import { rm } from 'node:fs/promises'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { readConfig } from '#federation/config/config.ts'
import { type FederationServer, startFederationServer } from '#federation/start.ts'
import { writeNewKey } from '#store/key-directory.ts'
import { below } from '#test/helpers/federation.ts'
import { folderInFile, inEach } from '#test/helpers/in-file.ts'
import { readMetrics } from '#test/helpers/metrics.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'

const directory = folderInFile('metrics')

const config = (changes: Record<string, string> = {}) =>
  readConfig([], {
    TA_DOMAIN: entityId,
    REDIS_URL: ta.redis.url,
    KEYS_DIR: directory,
    ALLOW_HTTP: 'true',
    HOST: '127.0.0.1',
    PORT: '0',
    METRICS_PORT: '0',
    LOG_LEVEL: 'silent',
    ...changes,
  })

const ta = trustAnchorInFile()
beforeAll(async () => {
  await writeNewKey(directory, ta.key)
  await ta.publishConfiguration()
})
const server = inEach(() => startFederationServer(config()))
const federation = inEach(() => below(entityId).intermediate().leaf().start())
beforeEach(() => ta.publishSubordinate({ id: federation.top.id, keys: federation.top.keys }))

const resolve = ({ url }: FederationServer) =>
  fetch(`${url}/resolve?sub=${federation.leaf.id}&trust_anchor=${entityId}`)

const values = async (name: string, labels: Record<string, string> = {}, { metricsUrl } = server) =>
  (await readMetrics(metricsUrl)).values(name, labels)

test('counts requests by endpoint and status, and errors by code', async () => {
  await fetch(`${server.url}/list`)
  await fetch(`${server.url}/fetch?sub=https://nobody.example`)
  await fetch(`${server.url}/fetch`)
  await fetch(`${server.url}/no/such/path`)
  const count = 'inmor_http_request_duration_seconds_count'
  expect(await values(count, { endpoint: '/list', method: 'GET', status: '200' })).toEqual([1])
  expect(await values(count, { endpoint: '/fetch', status: '404' })).toEqual([1])
  expect(await values(count, { endpoint: 'none', status: '404' })).toEqual([1])
  expect(await values('inmor_http_errors_total', { endpoint: '/fetch', error: 'not_found' })).toEqual([1])
  expect(await values('inmor_http_errors_total', { error: 'invalid_request' })).toEqual([1])
})

test('measures cache lookups, fetches and signatures of resolve responses', async () => {
  await resolve(server)
  await resolve(server)
  const second = await startFederationServer(config())
  await resolve(second)
  const name = 'inmor_cache_lookups_total'
  expect(await values(name, { cache: 'resolve', found: 'nowhere' })).toEqual([1])
  expect(await values(name, { cache: 'resolve', found: 'memory' })).toEqual([1])
  expect(await values(name, { cache: 'resolve', found: 'redis' }, second)).toEqual([1])
  expect(await values(name, { cache: 'statement', found: 'nowhere' })).toEqual([3])
  const fetched = { kind: 'entity_configuration', outcome: 'ok' }
  expect(await values('inmor_fetch_duration_seconds_count', fetched)).toEqual([2])
  expect(await values('inmor_sign_duration_seconds_count', { alg: 'ES256' })).toEqual([1])
  expect(await values('inmor_sign_duration_seconds_count', {}, second)).toEqual([])
  await second.close()
})

test('measures how often published data is in memory', async () => {
  const found = async (where: string) =>
    (await values('inmor_cache_lookups_total', { cache: 'published', found: where }))[0] ?? 0
  const path = `${server.url}/fetch?sub=${encodeURIComponent(federation.top.id)}`
  const [memory, redis] = [await found('memory'), await found('redis')]
  for (let time = 0; time < 3; time++) await (await fetch(path)).text()
  expect(await found('memory')).toBeGreaterThan(memory + 2)
  expect(await found('redis')).toBeGreaterThan(redis)
})

test('counts failed fetches by reason', async () => {
  federation.leaf.misbehave('not found')
  await resolve(server)
  expect(await values('inmor_fetch_duration_seconds_count', { outcome: 'not_found' })).toEqual([1])
})

test('shows expiry times, the signing key, and whether Redis is reachable', async () => {
  const [remaining] = await values('inmor_entity_configuration_expires_in_seconds')
  expect(remaining).toBeGreaterThan(3_000)
  expect(remaining).toBeLessThanOrEqual(3_600)
  expect(await values('inmor_signing_key_info', { kid: ta.key.kid, alg: 'ES256' })).toEqual([1])
  expect(await values('inmor_redis_up')).toEqual([1])
  ta.redis.pause()
  const frozen = await values('inmor_redis_up')
  ta.redis.resume()
  expect(frozen).toEqual([0])
})

test('shows when a published key expires', async () => {
  await rm(directory, { recursive: true })
  await writeNewKey(directory, { ...ta.key, exp: ta.now() + 500 } as typeof ta.key) // JWKs may carry more members
  const other = await startFederationServer(config())
  const [remaining] = await values('inmor_key_expires_in_seconds', { kid: ta.key.kid }, other)
  expect(remaining).toBeGreaterThan(0)
  expect(remaining).toBeLessThanOrEqual(500)
  await other.close()
})

test('serves only metrics on the port, and only if configured', async () => {
  expect((await fetch(String(server.metricsUrl))).headers.get('content-type')).toMatch(/^text\/plain/)
  expect((await fetch(String(server.metricsUrl).replace('metrics', 'list'))).status).toBe(404)
  expect((await fetch(`${server.url}/metrics`)).status).toBe(404)
  const plain = await startFederationServer(config({ METRICS_PORT: '' }))
  expect(plain.metricsUrl).toBeUndefined()
  await plain.close()
})

test('does not start if the port of the metrics is in use', async () => {
  const METRICS_PORT = new URL(String(server.metricsUrl)).port
  await expect(startFederationServer(config({ METRICS_PORT }))).rejects.toThrow(
    /Set METRICS_PORT to a free port/,
  )
})
