/** The variables that every process reads, and what they must say together. */
import { join } from 'node:path'
import { keyDirectoryFiles } from '#store/key-directory-layout.ts'
import { hashTagNeeded, lacksHashTag, redisUrlForms } from '#store/redis-url.ts'
import { compareKeyStore, keyStoreVariables } from './key-store.ts'
import { choice, entityId, flag, port, proxies, redisUrl, text } from './kind.ts'
import { type Faults, readVariables, type Table, type Values } from './variable.ts'

export const sharedVariables = {
  entityId: {
    names: ['TA_DOMAIN'],
    kind: entityId,
    meaning: 'the Entity Identifier of this Trust Anchor, such as https://ta.example.org',
  },
  redisUrl: {
    names: ['REDIS_URL', 'REDIS_LOCATION'],
    isSecret: true,
    kind: redisUrl,
    meaning: `the Redis that the admin server writes and the federation server reads: ${redisUrlForms}`,
  },
  redisKeyPrefix: {
    names: ['REDIS_KEY_PREFIX'],
    kind: text.default(''),
    meaning:
      'the prefix of every key in Redis, the same in all processes; `{inmor}` keeps them together in a Redis Cluster',
  },
  keysDirectory: {
    names: ['KEYS_DIR'],
    kind: text.default('.'),
    meaning:
      'the key directory, with private.json, publickeys/ and next.json, or answers.json on a host that signs answers only; only the admin server must be able to write it',
  },
  historicalKeysDirectory: {
    names: ['HISTORICAL_KEYS_DIR'],
    kind: text.optional(),
    meaning: `the directory of retired and revoked keys; \`${keyDirectoryFiles.historicalKeys}\` in the key directory when not set`,
  },
  ...keyStoreVariables,
  allowHttp: {
    names: ['ALLOW_HTTP'],
    kind: flag.default(false),
    meaning: 'true to allow http and private addresses: for evaluation only, never in production',
  },
  trustedProxies: {
    names: ['TRUST_PROXY'],
    kind: proxies.default([]),
    meaning:
      'the proxies whose X-Forwarded-* headers count: addresses, CIDR blocks or the names loopback, linklocal, uniquelocal, joined by commas; true or false for all or none',
  },
  host: { names: ['HOST'], kind: text.default('0.0.0.0'), meaning: 'the address to listen on' },
  metricsPort: {
    names: ['METRICS_PORT'],
    kind: port.optional(),
    meaning: 'the port on which GET /metrics answers Prometheus; none when not set',
  },
  logLevel: {
    names: ['LOG_LEVEL'],
    kind: choice('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent').default('info'),
    meaning: 'trace, debug, info, warn, error, fatal or silent',
  },
} as const satisfies Table

type Shared = Values<typeof sharedVariables>

export function compareShared(values: Partial<Shared>): Faults<typeof sharedVariables> {
  const { entityId, allowHttp, redisUrl, redisKeyPrefix = '' } = values
  return {
    ...compareKeyStore(values),
    entityId:
      entityId?.startsWith('http:') &&
      allowHttp === false &&
      'must be an https URL unless ALLOW_HTTP is true',
    redisKeyPrefix: redisUrl && lacksHashTag(redisUrl, redisKeyPrefix) && hashTagNeeded,
  }
}

export function historicalKeysOf({
  keysDirectory,
  historicalKeysDirectory,
}: Pick<Shared, 'keysDirectory' | 'historicalKeysDirectory'>): string {
  return historicalKeysDirectory ?? join(keysDirectory, keyDirectoryFiles.historicalKeys)
}

/** For commands that need nothing else. @throws ConfigurationError */
export const readAllowHttp = (environment: NodeJS.ProcessEnv = process.env): boolean =>
  readVariables({ allowHttp: sharedVariables.allowHttp }, { environment }).allowHttp

/** Of this process, for one that it starts beside it: the port is taken. */
export const environmentWithoutMetrics = (
  environment: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv => ({
  ...environment,
  METRICS_PORT: '',
})
