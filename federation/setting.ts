/** The settings of the federation server as a table: where each comes from, and what it must look like. */
import { isIP } from 'node:net'
import { parseEntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { parseRedisUrl, RedisUrlError } from '#store/redis-url.ts'

/** What a parser throws, to be said behind the name of the setting. */
export class SettingError extends Error {}

export type Setting<Value> = {
  /** Environment variables, the first that is set decides. */
  env: readonly string[]
  /** Name in taconfig.toml, which the environment overrides. */
  toml?: string
  fallback?: string
  parse(text: string): Value
}

const text = (value: string) => value

function entityId(value: string): string {
  try {
    return parseEntityId(value, { allowHttp: true })
  } catch (error) {
    if (error instanceof FederationError) throw new SettingError(`is wrong: ${error.message}`)
    throw error
  }
}

function flag(value: string): boolean {
  if (/^(true|1|yes|on)$/i.test(value)) return true
  if (/^(false|0|no|off)$/i.test(value)) return false
  throw new SettingError(`must be true or false, not "${value}"`)
}

function wholeNumber(lowest: number, highest: number) {
  return (value: string): number => {
    const number = Number(value)
    if (/^\d+$/.test(value) && number >= lowest && number <= highest) return number
    throw new SettingError(`must be a whole number from ${lowest} to ${highest}, not "${value}"`)
  }
}

/** Undefined when nothing is set. */
function optionalPort(value: string): number | undefined {
  return value === '' ? undefined : wholeNumber(0, 65_535)(value)
}

function oneOf<Value extends string>(...values: readonly Value[]) {
  return (value: string): Value => {
    const found = values.find((each) => each === value.toLowerCase())
    if (found === undefined) throw new SettingError(`must be one of ${values.join(', ')}, not "${value}"`)
    return found
  }
}

function redisUrl(value: string): string {
  try {
    parseRedisUrl(value)
    return value
  } catch (error) {
    if (error instanceof RedisUrlError) throw new SettingError(error.message)
    throw error
  }
}

/** Names for the addresses of a reverse proxy on the same machine or in the same private network. */
const proxyNames = ['loopback', 'linklocal', 'uniquelocal']

/** Which proxies may say who the client is: none, all, or those at the listed addresses. */
function trustedProxies(value: string): boolean | string[] {
  if (/^(true|false)$/i.test(value)) return flag(value)
  const addresses = value.split(',').map((each) => each.trim())
  const isAddress = (each: string) => proxyNames.includes(each) || isIP(each.split('/', 1)[0] ?? '') > 0
  if (addresses.every(isAddress)) return addresses
  const kinds = `addresses, networks or the names ${proxyNames.join(', ')}`
  throw new SettingError(`must be true, false, or ${kinds}, joined by commas, not "${value}"`)
}

const setting = <Value>(row: Setting<Value>) => row

export const settings = {
  entityId: setting({ env: ['TA_DOMAIN'], toml: 'domain', parse: entityId }),
  redisUrl: setting({
    env: ['REDIS_URL', 'REDIS_LOCATION'],
    toml: 'redis_uri',
    fallback: 'redis://127.0.0.1:6379',
    parse: redisUrl,
  }),
  redisPrefix: setting({ env: ['REDIS_KEY_PREFIX'], fallback: '', parse: text }),
  tlsCert: setting({ env: ['TLS_CERT'], toml: 'tls_cert', fallback: '', parse: text }),
  tlsKey: setting({ env: ['TLS_KEY'], toml: 'tls_key', fallback: '', parse: text }),
  allowHttp: setting({ env: ['ALLOW_HTTP'], toml: 'allow_http', fallback: 'false', parse: flag }),
  keysDir: setting({ env: ['KEYS_DIR'], fallback: '.', parse: text }),
  historicalKeysDir: setting({ env: ['HISTORICAL_KEYS_DIR'], fallback: '', parse: text }),
  host: setting({ env: ['HOST'], fallback: '0.0.0.0', parse: text }),
  port: setting({ env: ['PORT'], fallback: '8080', parse: wholeNumber(0, 65_535) }),
  metricsPort: setting({ env: ['METRICS_PORT'], fallback: '', parse: optionalPort }),
  /** How many of them share the port. */
  processes: setting({ env: ['WEB_CONCURRENCY'], fallback: '1', parse: wholeNumber(1, 256) }),
  logLevel: setting({
    env: ['LOG_LEVEL'],
    fallback: 'info',
    parse: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
  }),
  // Without it, everyone behind the proxy would share one rate limit.
  trustProxy: setting({ env: ['TRUST_PROXY'], fallback: proxyNames.join(), parse: trustedProxies }),
  /** Requests to /resolve that one client address may make in a minute. */
  resolveRateLimit: setting({
    env: ['RESOLVE_RATE_LIMIT'],
    fallback: '600',
    parse: wholeNumber(1, 1_000_000),
  }),
  /** The same of requests to /collection. */
  collectionRateLimit: setting({
    env: ['COLLECTION_RATE_LIMIT'],
    fallback: '600',
    parse: wholeNumber(1, 1_000_000),
  }),
}
