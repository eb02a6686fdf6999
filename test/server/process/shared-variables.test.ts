/** Tests that variables have the same meaning in every process that reads them. */
import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { readConfig } from '#federation/config/config.ts'
import { createRequestIds } from '#federation/http/request-id.ts'
import { readServerConfig } from '#server/config/config.ts'
import { readEmbeddedConfig } from '#server/config/embedded.ts'
import { sound } from './sound-environment.ts'

const processes = [
  ['the admin server', (changes: object) => readServerConfig({ ...sound, ...changes })],
  ['the federation server', (changes: object) => readConfig([], { ...sound, ...changes })],
] as const

describe.each(processes)('%s', (_name, read) => {
  it.each([
    ['true', true],
    ['False', false],
    ['10.0.0.1', ['10.0.0.1']],
    ['10.0.0.0/8, fd00::/8,', ['10.0.0.0/8', 'fd00::/8']],
    ['loopback,uniquelocal', ['loopback', 'uniquelocal']],
  ])('trusts the proxies of TRUST_PROXY=%s', (TRUST_PROXY, trustedProxies) => {
    const config = read({ TRUST_PROXY })
    expect(config).toMatchObject({ trustedProxies })
    expect(() => Fastify({ trustProxy: config.trustedProxies })).not.toThrow()
    expect(createRequestIds(config.trustedProxies)).toBeTypeOf('function')
  })

  it.each([
    'nginx',
    '1',
    '10.0.0.0/33',
    '10.0.0.0/x',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.1, proxy',
    'true, loopback',
  ])('refuses TRUST_PROXY=%s', (TRUST_PROXY) => {
    expect(() => read({ TRUST_PROXY })).toThrow(
      `loopback, linklocal, uniquelocal, joined by commas, or true or false for all or none, not "${TRUST_PROXY}".`,
    )
  })

  it.each([
    ['true', true],
    ['1', true],
    ['Yes', true],
    ['on', true],
    ['FALSE', false],
    ['0', false],
    ['no', false],
    ['off', false],
    ['', false],
  ])('reads the flag ALLOW_HTTP=%s', (ALLOW_HTTP, allowHttp) => {
    expect(read({ ALLOW_HTTP })).toMatchObject({ allowHttp })
  })

  it('needs ALLOW_HTTP for an http identifier', () => {
    const http = { TA_DOMAIN: 'http://localhost:8080' }
    expect(() => read(http)).toThrow(/^TA_DOMAIN \S*\s?must be an https URL unless ALLOW_HTTP is true\.$/)
    expect(read({ ...http, ALLOW_HTTP: 'true' }).entityId).toBe('http://localhost:8080')
  })

  it.each([
    'ta.example.org',
    'ftp://ta.example.org',
    'https://ta.example.org/?x',
    'https://ta.example.org#x',
  ])('refuses TA_DOMAIN=%s', (TA_DOMAIN) => {
    expect(() => read({ TA_DOMAIN })).toThrow(/^TA_DOMAIN \S*\s?must be an https URL/)
  })

  it('reads words in any case, and ports with spaces around them', () => {
    expect(read({ LOG_LEVEL: 'INFO', PORT: ' 9000 ', METRICS_PORT: '9100' })).toMatchObject({
      logLevel: 'info',
      port: 9000,
      metricsPort: 9100,
    })
  })

  it('reads the URL of Redis from either name, REDIS_URL first', () => {
    const REDIS_LOCATION = 'redis://other:6379'
    expect(read({ REDIS_LOCATION }).redisUrl).toBe(sound.REDIS_URL)
    expect(read({ REDIS_URL: '', REDIS_LOCATION }).redisUrl).toBe(REDIS_LOCATION)
  })

  it('keeps historical keys below the keys', () => {
    expect(read({ KEYS_DIR: '/keys' }).historicalKeysDirectory).toBe('/keys/historical_keys')
  })

  it('needs a hash tag in the prefix with a Redis Cluster', () => {
    expect(() => read({ REDIS_URL: 'redis+cluster://a' })).toThrow(
      /^REDIS_KEY_PREFIX must contain a part in braces/,
    )
  })
})

describe('the embedded form', () => {
  it('reads the given variables, and completes the rest for both servers', () => {
    const { environment, ...config } = readEmbeddedConfig({ FEDERATION_PORT: '9080', TRUST_PROXY: '' })
    expect(config).toEqual({
      dataDirectory: 'data',
      adminPort: 8000,
      federationPort: 9080,
      demoPort: 9101,
      consolePort: 5173,
      entityId: 'http://localhost:9080',
      host: 'localhost',
      isDatabaseEmbedded: true,
      isRedisEmbedded: true,
    })
    const completed = { ...environment, AUTH_SECRET: sound.AUTH_SECRET }
    expect(readServerConfig(completed)).toMatchObject({ entityId: config.entityId, allowHttp: true })
    expect(readConfig([], completed)).toMatchObject({ entityId: config.entityId, allowHttp: true })
  })

  it('omits the parts that the environment provides, in each form of the guide', () => {
    const parts = { DB_HOST: 'db', REDIS_LOCATION: 'redis://redis:6379' }
    const { isDatabaseEmbedded, isRedisEmbedded, environment } = readEmbeddedConfig({ ...sound, ...parts })
    expect({ isDatabaseEmbedded, isRedisEmbedded }).toEqual({
      isDatabaseEmbedded: false,
      isRedisEmbedded: false,
    })
    expect(readServerConfig(environment)).toMatchObject({ entityId: sound.TA_DOMAIN, allowHttp: false })
  })

  it('reports every invalid port', () => {
    expect(() => readEmbeddedConfig({ ADMIN_PORT: 'eighty', DEMO_PORT: '0' })).toThrow(
      'ADMIN_PORT must be a whole number from 1 to 65535, not "eighty".\nDEMO_PORT must be',
    )
  })
})
