/** The admin server's configuration: the only reader of process.env in server/. */
import { z } from 'zod'
import { databaseHosts } from '#prisma/connection.ts'
import { variableMeanings } from '#server/env-meaning.ts'
import { isRole, type Role } from '#server/identity/roles.ts'
import type { SingleSignOn } from '#server/identity/single-sign-on-roles.ts'
import { hashTagNeeded, lacksHashTag, parseRedisUrl, RedisUrlError } from '#store/redis-url.ts'

const flag = z
  .enum(['true', 'false', '1', '0', ''])
  .transform((value) => value === 'true' || value === '1')
  .default(false)
const list = z
  .string()
  .default('')
  .transform((value) =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  )
const roleList = list.transform((names, context): Role[] => {
  const unknown = names.filter((name) => !isRole(name))
  if (unknown.length > 0)
    context.addIssue(`${unknown.join(', ')} is no role; there are viewer, operator and admin`)
  return names.filter(isRole)
})
/** `group=role`, joined by commas. */
const roleMap = list.transform((entries, context) => {
  const map = new Map<string, Role>()
  for (const entry of entries) {
    const [group, role] = [entry.slice(0, entry.lastIndexOf('=')).trim(), entry.split('=').at(-1)?.trim()]
    if (group && isRole(role)) map.set(group, role)
    else context.addIssue(`"${entry}" is not of the form group=role; there are viewer, operator and admin`)
  }
  return map
})
const redisUrl = z.string().superRefine((value, context) => {
  try {
    parseRedisUrl(value)
  } catch (error) {
    if (!(error instanceof RedisUrlError)) throw error
    context.addIssue(error.message)
  }
})
const postgresUrl = z.string().refine((value) => databaseHosts(value).length > 0, 'Invalid URL')
const port = z.coerce.number().int().min(0).max(65_535)

export const variables = z.object({
  TA_DOMAIN: z.url({ protocol: /^https?$/ }),
  DATABASE_URL: postgresUrl.optional(),
  DB_HOST: z.string().optional(),
  DB_PORT: port.default(5432),
  DB_NAME: z.string().default('postgres'),
  DB_USER: z.string().default('postgres'),
  DB_PASSWORD: z.string().default(''),
  REDIS_URL: redisUrl.optional(),
  REDIS_LOCATION: redisUrl.optional(),
  REDIS_KEY_PREFIX: z.string().default(''),
  KEYS_DIR: z.string().default('.'),
  HISTORICAL_KEYS_DIR: z.string().optional(),
  AUTH_SECRET: z.string().min(32, 'must have at least 32 characters'),
  AUTH_PREVIOUS_SECRETS: list,
  REQUIRE_SECOND_FACTOR: roleList,
  ADMIN_URL: z.url({ protocol: /^https?$/ }).default('http://localhost:8000'),
  CORS_ORIGINS: list,
  CSRF_TRUSTED_ORIGINS: list,
  LOGIN_REDIRECT_URL: z.url({ protocol: /^https?$/ }).optional(),
  OIDC_ISSUER: z.url({ protocol: /^https?$/ }).optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_NAME: z.string().default('Single sign-on'),
  OIDC_SCOPES: z.string().default('openid profile email'),
  OIDC_ROLE_CLAIM: z.string().default('groups'),
  OIDC_ROLE_MAP: roleMap,
  ALLOW_HTTP: flag,
  TRUST_PROXY: list,
  WORKER: z.enum(['inline', 'external']).default('inline'),
  HOST: z.string().default('0.0.0.0'),
  PORT: port.default(8000),
  METRICS_PORT: port.optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
})

export type VariableName = keyof typeof variables.shape

export type ServerConfig = {
  entityId: string
  databaseUrl: string
  redisUrl: string
  redisKeyPrefix: string
  keysDirectory: string
  historicalKeysDirectory: string
  authSecret: string
  /** Those before it, the oldest first. */
  previousAuthSecrets: string[]
  /** Roles that a password alone does not open. */
  secondFactorRoles: Role[]
  /** Null when no provider is configured. */
  singleSignOn: SingleSignOn | null
  adminUrl: string
  trustedOrigins: string[]
  loginRedirectUrl: string
  /** Lets federation requests use http and private addresses; for evaluation and tests only. */
  allowHttp: boolean
  trustedProxies: string[]
  /** Whether this process works on runs and schedules, or leaves them to workers of their own. */
  worker: 'inline' | 'external'
  host: string
  port: number
  /** Where metrics are offered; nowhere when undefined. */
  metricsPort: number | undefined
  logLevel: string
}

/** One sentence for each variable at fault. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError'
}

/**
 * Reads the configuration from environment variables.
 * @throws ConfigurationError naming every variable at fault at once
 */
export function readServerConfig(source: NodeJS.ProcessEnv = process.env): ServerConfig {
  // An empty variable is how compose files say "not set".
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''))
  const parsed = variables.safeParse(given)
  const faults = (parsed.error?.issues ?? []).map((issue) => {
    const name = String(issue.path[0])
    return given[name] === undefined ? missing(name) : `${name}: ${issue.message}; ${meaningOf(name)}`
  })
  if (!given.DATABASE_URL && !given.DB_HOST) faults.push(missing('DATABASE_URL', 'DB_HOST'))
  if (!given.REDIS_URL && !given.REDIS_LOCATION) faults.push(missing('REDIS_URL', 'REDIS_LOCATION'))
  faults.push(...singleSignOnFaults(given), ...redirectFaults(parsed.data))
  const env = parsed.data
  const databaseUrl = env?.DATABASE_URL ?? databaseUrlFromParts(env)
  const redisPlace = env?.REDIS_URL ?? env?.REDIS_LOCATION
  if (env && redisPlace && lacksHashTag(redisPlace, env.REDIS_KEY_PREFIX)) {
    faults.push(`REDIS_KEY_PREFIX: ${hashTagNeeded}`)
  }
  if (!env || !databaseUrl || !redisPlace || faults.length > 0)
    throw new ConfigurationError(faults.join('\n'))
  return {
    entityId: env.TA_DOMAIN,
    databaseUrl,
    redisUrl: redisPlace,
    redisKeyPrefix: env.REDIS_KEY_PREFIX,
    keysDirectory: env.KEYS_DIR,
    historicalKeysDirectory: env.HISTORICAL_KEYS_DIR ?? `${env.KEYS_DIR}/historical_keys`,
    authSecret: env.AUTH_SECRET,
    previousAuthSecrets: env.AUTH_PREVIOUS_SECRETS,
    secondFactorRoles: env.REQUIRE_SECOND_FACTOR,
    singleSignOn: singleSignOnOf(env),
    adminUrl: env.ADMIN_URL,
    trustedOrigins: trustedOriginsOf(env),
    loginRedirectUrl: env.LOGIN_REDIRECT_URL ?? '/',
    allowHttp: env.ALLOW_HTTP,
    trustedProxies: env.TRUST_PROXY,
    worker: env.WORKER,
    host: env.HOST,
    port: env.PORT,
    metricsPort: env.METRICS_PORT,
    logLevel: env.LOG_LEVEL,
  }
}

function missing(name: string, alternative?: string): string {
  return `${name}${alternative ? ` (or ${alternative})` : ''} is not set; ${meaningOf(name)}`
}

function meaningOf(name: string): string {
  return `set it to ${variableMeanings[name as VariableName]}.` // only names of the table above come here
}

function databaseUrlFromParts(env: z.infer<typeof variables> | undefined): string | undefined {
  if (!env?.DB_HOST) return undefined
  const url = new URL(`postgresql://${env.DB_HOST}:${env.DB_PORT}/${encodeURIComponent(env.DB_NAME)}`)
  url.username = encodeURIComponent(env.DB_USER)
  url.password = encodeURIComponent(env.DB_PASSWORD)
  return url.href
}

type Variables = z.infer<typeof variables>

function trustedOriginsOf({ ADMIN_URL, CORS_ORIGINS, CSRF_TRUSTED_ORIGINS }: Variables): string[] {
  return [new URL(ADMIN_URL).origin, ...CORS_ORIGINS, ...CSRF_TRUSTED_ORIGINS]
}

/** Sign-in must not lead away to a page that nobody vouches for. */
function redirectFaults(env: Variables | undefined): string[] {
  if (!env?.LOGIN_REDIRECT_URL || trustedOriginsOf(env).includes(new URL(env.LOGIN_REDIRECT_URL).origin))
    return []
  return ['LOGIN_REDIRECT_URL: must be below ADMIN_URL or one of CSRF_TRUSTED_ORIGINS']
}

/** One of them alone would look like single sign-on that does not work. */
function singleSignOnFaults(given: NodeJS.ProcessEnv): string[] {
  const names = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_ROLE_MAP']
  const missing = names.filter((name) => given[name] === undefined)
  return missing.length === names.length
    ? []
    : missing.map((name) => `${name} is not set, as single sign-on needs it`)
}

function singleSignOnOf(env: Variables): SingleSignOn | null {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = env
  if (!issuer || !clientId || !clientSecret) return null
  return {
    issuer,
    clientId,
    clientSecret,
    name: env.OIDC_NAME,
    scopes: env.OIDC_SCOPES.split(/\s+/).filter(Boolean),
    roleClaim: env.OIDC_ROLE_CLAIM,
    roleMap: env.OIDC_ROLE_MAP,
  }
}
