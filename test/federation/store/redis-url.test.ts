import { expect, test } from 'vitest'
import { readConfig } from '#federation/config/config.ts'
import { ConfigurationError } from '#federation/config/error.ts'
import { parseRedisUrl, type RedisPlace, RedisUrlError } from '#store/redis-url.ts'

const place = (changes: Partial<RedisPlace>): RedisPlace => ({
  kind: 'single',
  nodes: [{ host: 'redis', port: 6379 }],
  tls: false,
  db: 0,
  primary: 'mymaster',
  ...changes,
})
const sentinels = [
  { host: 'a', port: 26379 },
  { host: 'b', port: 26380 },
]

test.each<[string, Partial<RedisPlace>]>([
  ['redis://redis', {}],
  ['redis://redis:6379/', {}],
  ['redis://redis/3', { db: 3 }],
  ['rediss://redis:6380', { tls: true, nodes: [{ host: 'redis', port: 6380 }] }],
  ['redis://:p%40ss@redis', { password: 'p@ss' }],
  ['redis://user:pass@redis', { username: 'user', password: 'pass' }],
  ['redis://[::1]:7000', { nodes: [{ host: '::1', port: 7000 }] }],
  ['redis+sentinel://a,b:26380', { kind: 'sentinel', nodes: sentinels }],
  ['redis+sentinel://a,b:26380/inmor/2', { kind: 'sentinel', nodes: sentinels, primary: 'inmor', db: 2 }],
  [
    'rediss+sentinel://:secret@a,b:26380/inmor?sentinelPassword=other',
    {
      kind: 'sentinel',
      nodes: sentinels,
      primary: 'inmor',
      tls: true,
      password: 'secret',
      sentinelPassword: 'other',
    },
  ],
  [
    'redis+cluster://a:7000,redis',
    {
      kind: 'cluster',
      nodes: [
        { host: 'a', port: 7000 },
        { host: 'redis', port: 6379 },
      ],
    },
  ],
])('understands %s', (text, expected) => {
  expect(parseRedisUrl(text)).toEqual(place(expected))
})

test.each([
  'http://:secret@redis',
  'redis+other://:secret@redis',
  'redis://:secret@a,b',
  'redis://:secret@redis:port',
  'redis://:secret@redis:70000',
  'redis://:secret@redis/one',
  'redis://:secret@redis/1/2',
  'redis+cluster://:secret@redis/1',
  'redis://:secret%@redis',
  'redis://:secret@',
])('refuses %s, and does not repeat a possible password', (text) => {
  expect(() => parseRedisUrl(text)).toThrow(RedisUrlError)
  expect(() => parseRedisUrl(text)).not.toThrow(/secret/)
})

test('a Cluster requires a prefix that keeps the keys on one node', () => {
  const environment = { TA_DOMAIN: 'https://ta.example', REDIS_URL: 'redis+cluster://a' }
  expect(() => readConfig([], environment)).toThrow(ConfigurationError)
  expect(() => readConfig([], environment)).toThrow(/^REDIS_KEY_PREFIX must contain a part in braces/)
  expect(readConfig([], { ...environment, REDIS_KEY_PREFIX: '{inmor}' }).redisKeyPrefix).toBe('{inmor}')
})
