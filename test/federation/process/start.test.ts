/** Starts in the same process, like the evaluation server: with an emulated Redis, and with TLS. */
import { once } from 'node:events'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { get } from 'node:https'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { connect } from 'node:tls'
import type { Redis } from 'ioredis'
import RedisMock from 'ioredis-mock'
import { beforeAll, expect, test } from 'vitest'
import { generateSigningKey } from '#core/keys.ts'
import { crawlFederation } from '#federation/collection/crawl.ts'
import { readConfig } from '#federation/config/config.ts'
import { startFederationServer } from '#federation/start.ts'
import { createFetcher } from '#fetcher/fetcher.ts'
import { formatChange } from '#store/change.ts'
import { writeNewKey } from '#store/key-directory.ts'
import { redisKeys } from '#store/keys.ts'
import { createReader } from '#store/reader.ts'
import { folderInFile } from '#test/helpers/in-file.ts'
import { startRedis } from '#test/helpers/redis.ts'
import { untilTrue } from '#test/helpers/until.ts'
import { makeCertificate } from '../certificate.ts'
import { offlineEntity } from '../offline-entity.ts'
import { entityId } from '../publisher.ts'

const directory = folderInFile('start')
beforeAll(async () => {
  await writeNewKey(directory, await generateSigningKey('ES256'))
})

const config = (changes: Record<string, string> = {}) =>
  readConfig([], {
    TA_DOMAIN: entityId,
    KEYS_DIR: directory,
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'silent',
    ...changes,
  })

test('serves from an emulated Redis, and receives its changes', async () => {
  const redis: Redis = new RedisMock()
  const names = redisKeys()
  const server = await startFederationServer(config(), { redis })
  const list = async () => (await fetch(`${server.url}/list`)).json()
  expect(await list()).toMatchObject({ error: 'temporarily_unavailable' })
  const entity = await offlineEntity('https://rp.example')
  await redis.hset(names.subordinates, entity.id, entity.configuration)
  await redis.publish(names.changes, formatChange({ kind: 'subordinate', id: entity.id }))
  expect(await list()).toEqual([entity.id])
  await redis.set(names.entityConfiguration, (await offlineEntity(entityId)).configuration)
  await redis.publish(names.changes, formatChange({ kind: 'entity-configuration' }))
  expect(await (await fetch(`${server.url}/health`)).json()).toEqual({ status: 'ok' })
  await server.close()
  expect(await redis.ping()).toBe('PONG') // the caller's connection stays open
  redis.disconnect()
})

test('crawls into an emulated Redis, and serves the collection', async () => {
  const redis: Redis = new RedisMock()
  const server = await startFederationServer(config(), { redis })
  const own = await offlineEntity(entityId)
  const rp = await offlineEntity('https://rp.example')
  const names = redisKeys()
  await redis.set(names.entityConfiguration, own.configuration)
  await redis.hset(names.subordinates, rp.id, rp.configuration)
  await redis.hset(names.subordinateConfigurations, rp.id, rp.configuration)
  const reader = createReader({ redis })
  const fetcher = createFetcher({ allowHttp: true })
  const now = () => Math.floor(Date.now() / 1000)
  const options = { trustAnchor: entityId, entityId, allowHttp: true, redis, reader, fetcher, now }
  expect(await crawlFederation(options)).toMatchObject({ entities: 1, failed: 0 })
  expect(await (await fetch(`${server.url}/collection`)).json()).toMatchObject({
    entities: [{ entity_id: rp.id }],
  })
  reader.close()
  await Promise.all([server.close(), fetcher.close()])
  redis.disconnect()
})

test('reads the key directory again after a change', { tags: 'fault/key-file-broken' }, async () => {
  const redis: Redis = new RedisMock()
  const server = await startFederationServer(config(), { redis, waits: { keys: 10 } })
  const published = async () => {
    const { keys } = (await (await fetch(`${server.url}/status`)).json()) as { keys: { public_keys: number } }
    return keys.public_keys
  }
  expect(await published()).toBe(1)
  await writeFile(join(directory, 'next.json'), JSON.stringify(await generateSigningKey('ES256')))
  await untilTrue('the new key is published', async () => (await published()) === 2)
  await server.close()
  redis.disconnect()
})

test('starts without Redis, and is healthy as soon as Redis is up', async () => {
  const redis = await startRedis()
  await redis.stop()
  const server = await startFederationServer(config({ REDIS_URL: redis.url }), { waits: { redis: 10 } })
  const health = async () => (await fetch(`${server.url}/health`)).status
  expect(await health()).toBe(503)
  await redis.restart()
  await redis.client.set(redisKeys().entityConfiguration, (await offlineEntity(entityId)).configuration)
  await untilTrue('the server is healthy', async () => (await health()) === 200)
  await server.close()
  await redis.close()
})

test('serves a renewed certificate, and keeps the previous one after an invalid change', async () => {
  const folder = await mkdtemp(join(directory, 'renewed-'))
  const { certFile: TLS_CERT, keyFile: TLS_KEY } = await makeCertificate(folder)
  const redis: Redis = new RedisMock()
  const server = await startFederationServer(config({ TLS_CERT, TLS_KEY }), { redis, waits: { keys: 10 } })
  const served = async () => {
    const socket = connect({ port: Number(new URL(server.url).port), rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    const { fingerprint256 } = socket.getPeerCertificate()
    socket.destroy()
    return fingerprint256
  }
  const first = await served()
  await makeCertificate(folder)
  await untilTrue('the renewed certificate is served', async () => (await served()) !== first)
  const second = await served()
  await writeFile(TLS_KEY, 'not a key')
  await setTimeout(100)
  expect(await served()).toBe(second)
  await server.close()
  redis.disconnect()
})

test('serves over TLS with the configured certificate', async () => {
  const { certFile: TLS_CERT, keyFile: TLS_KEY } = await makeCertificate(directory)
  const redis: Redis = new RedisMock()
  const server = await startFederationServer(config({ TLS_CERT, TLS_KEY }), { redis })
  expect(server.url).toMatch(/^https:/)
  const [response] = await once(get(`${server.url}/health/live`, { rejectUnauthorized: false }), 'response')
  expect(response.statusCode).toBe(200)
  expect(response.headers['strict-transport-security']).toMatch(/^max-age=\d+/)
  response.resume()
  await server.close()
  redis.disconnect()
})
