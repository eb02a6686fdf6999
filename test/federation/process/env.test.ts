import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readConfig } from '#federation/config/config.ts'
import { ConfigurationError } from '#federation/config/error.ts'
import { folderInFile } from '#test/helpers/in-file.ts'

const directory = folderInFile('config')

async function file(text: string): Promise<string[]> {
  const name = join(directory, 'taconfig.toml')
  await writeFile(name, text)
  return ['-c', name]
}

function mistakes(args: string[], environment: Record<string, string>): readonly string[] {
  try {
    readConfig(args, environment)
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message.split('\n')
    throw error
  }
  return []
}

const minimal = { TA_DOMAIN: 'https://ta.example' }

test('one variable is enough; everything else has a default', () => {
  expect(readConfig([], minimal)).toEqual({
    entityId: 'https://ta.example',
    redisUrl: 'redis://127.0.0.1:6379',
    redisKeyPrefix: '',
    allowHttp: false,
    keysDirectory: '.',
    historicalKeysDirectory: 'historical_keys',
    keyStore: 'files',
    keyStoreConcurrency: 16,
    keyStoreTimeout: 5,
    host: '0.0.0.0',
    port: 8080,
    processes: 1,
    logLevel: 'info',
    trustedProxies: [],
    resolveRateLimit: 600,
    collectionRateLimit: 600,
    questionRateLimit: 60,
    fetchPorts: [],
  })
})

const toml = `
domain = "https://file.example"
redis_uri = "redis://redis:6379"
tls_cert = "cert.pem"
tls_key = "key.pem"
allow_http = true
`

test('reads the file of the deployment guide', async () => {
  expect(readConfig(await file(toml), {})).toMatchObject({
    entityId: 'https://file.example',
    redisUrl: 'redis://redis:6379',
    allowHttp: true,
    tls: { certFile: 'cert.pem', keyFile: 'key.pem' },
  })
})

test('the environment overrides the file; an empty variable does not', async () => {
  const environment = {
    TA_DOMAIN: 'https://env.example',
    REDIS_LOCATION: 'redis://other:1',
    ALLOW_HTTP: '',
    TLS_CERT: 'b.pem',
  }
  expect(readConfig(await file(toml), environment)).toMatchObject({
    entityId: 'https://env.example',
    redisUrl: 'redis://other:1',
    allowHttp: true,
    tls: { certFile: 'b.pem', keyFile: 'key.pem' },
  })
})

test('expects historical keys below the keys by default', () => {
  const keys = { ...minimal, KEYS_DIR: '/keys' }
  expect(readConfig([], keys).historicalKeysDirectory).toBe('/keys/historical_keys')
  expect(readConfig([], { ...keys, HISTORICAL_KEYS_DIR: '/old' }).historicalKeysDirectory).toBe('/old')
})

test.each([
  ['false', false],
  ['true', true],
  ['10.0.0.1', ['10.0.0.1']],
  ['10.0.0.0/8, fd00::/8', ['10.0.0.0/8', 'fd00::/8']],
])('trusts the proxies that are named: %s', (text, trustedProxies) => {
  expect(readConfig([], { ...minimal, TRUST_PROXY: text })).toMatchObject({ trustedProxies })
})

test.each([
  ['8443', [8443]],
  ['8443, 9443', [8443, 9443]],
])('fetches from the ports %s too', (FETCH_PORTS, fetchPorts) => {
  expect(readConfig([], { ...minimal, FETCH_PORTS })).toMatchObject({ fetchPorts })
})

test.each(['0', 'https', '8443 9443'])('refuses the port %s', (FETCH_PORTS) => {
  expect(mistakes([], { ...minimal, FETCH_PORTS })).toEqual([
    `FETCH_PORTS must be a whole number from 1 to 65535, not "${FETCH_PORTS}".`,
  ])
})

test('reports all mistakes together, with the names of the variables, and without passwords', () => {
  const found = mistakes([], {
    REDIS_URL: 'http://:password@redis',
    PORT: '80800',
    LOG_LEVEL: 'loud',
    ALLOW_HTTP: 'maybe',
    TRUST_PROXY: 'nginx',
    TLS_CERT: 'cert.pem',
  })
  const names = ['TA_DOMAIN', 'REDIS_URL', 'ALLOW_HTTP', 'TRUST_PROXY', 'LOG_LEVEL', 'TLS_CERT', 'PORT']
  expect(found.map((sentence) => sentence.split(' ', 1)[0])).toEqual(names)
  expect(found.join()).not.toContain('password')
})

test.each([
  ['http://ta.example', false],
  ['ta.example', false],
  ['https://ta.example/?x', false],
  ['https://ta.example/federation', true],
])('the identifier %s is accepted: %s', (TA_DOMAIN, accepted) => {
  expect(mistakes([], { TA_DOMAIN }).length === 0).toBe(accepted)
})

test('an http identifier needs ALLOW_HTTP', () => {
  const http = { TA_DOMAIN: 'http://127.0.0.1:8080' }
  expect(mistakes([], http)[0]).toContain('ALLOW_HTTP')
  expect(mistakes([], { ...http, ALLOW_HTTP: 'true' })).toEqual([])
})

test('takes the port of -p before that of the environment', () => {
  expect(readConfig(['-p', '8443'], { ...minimal, PORT: '80' }).port).toBe(8443)
  expect(mistakes(['-p', 'https'], minimal)[0]).toMatch(/^PORT/)
})

test.each([
  [
    'a file that is not there',
    ['-c', '/nowhere/taconfig.toml'],
    /^\/nowhere\/taconfig\.toml cannot be read \(ENOENT\)/,
  ],
  ['an unknown argument', ['--what'], /what.*Usage: -c FILE/],
])('names %s', (_what, args, sentence) => {
  expect(mistakes(args, minimal)[0]).toMatch(sentence)
})

test('names the invalid line of the file', async () => {
  expect(mistakes(await file('domain = "https://a.example"\nredis_uri = \n'), {})[0]).toMatch(/line 2/)
  expect(mistakes(await file('domain = ["https://a.example"]'), {})[0]).toMatch(/^TA_DOMAIN \(domain\)/)
})
