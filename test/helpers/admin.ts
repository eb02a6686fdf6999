/** Starts an admin server and a federation server on the same Redis. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { generateSigningKey } from '#core/keys.ts'
import { readConfig } from '#federation/config/config.ts'
import type { KeyStoreSettings } from '#federation/key-store/stores.ts'
import { type FederationServer, startFederationServer } from '#federation/start.ts'
import { readServerConfig, type ServerConfig } from '#server/config/config.ts'
import type { Role } from '#server/identity/roles.ts'
import { type AdminServer, type Overrides, startAdminServer } from '#server/process/start.ts'
import { writeNewKey } from '#store/key-directory.ts'
import { startCopy, type TestDatabase } from '#test/helpers/database.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { mutationOf, successOf } from '#test/helpers/mutation.ts'
import { freePort } from '#test/helpers/port.ts'
import { startRedis, type TestRedis } from '#test/helpers/redis.ts'
import { AUTH_SECRET, apiKeys, PASSWORD, withUsers } from '#test/helpers/users.ts'

export { PASSWORD }

// biome-ignore lint/suspicious/noExplicitAny: the document defines the shape of the data
type Data = any

export type GraphQLAnswer = {
  data?: Data
  errors?: { message: string; path?: unknown[]; extensions?: { code?: string; path?: (string | number)[] } }[]
}

export type TestAdmin = {
  /** Entity Identifier of the Trust Anchor, where the federation server answers. */
  entityId: string
  adminUrl: string
  config: ServerConfig
  server: AdminServer
  federation: FederationServer
  database: TestDatabase
  redis: TestRedis
  /** API keys of one user of each role; the users are named like their roles, with the password PASSWORD. */
  keys: Readonly<Record<Role, string>>
  /** Runs a document as a user of the role, with an API key; null sends no key. */
  execute(document: string, variables?: object, as?: Role | null): Promise<GraphQLAnswer>
  /** One mutation with an `input`: its data with `__typename`, or the failure with `code`, `message` and `path`. */
  mutate(name: string, input: object, selection: string, as?: Role): Promise<Data>
  /** A public endpoint of the federation server. */
  get(path: string, parameters?: Record<string, string>): Promise<Response>
  close(): Promise<void>
}

const silent = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' })

/** A second admin server on the same database, Redis and keys, like another process. `changes` override the configuration. */
export function startSecondAdmin(
  { config }: TestAdmin,
  changes: Partial<ServerConfig> = {},
  overrides: Overrides = {},
): Promise<AdminServer> {
  return startAdminServer({ ...config, port: 0, ...changes }, silent, overrides)
}

/** `changes` override the configuration. */
export async function startAdmin(
  overrides: Overrides = {},
  changes: Partial<ServerConfig> = {},
): Promise<TestAdmin> {
  const [database, redis, keysDirectory] = await Promise.all([startCopy(withUsers), startRedis(), makeKeys()])
  const [adminPort, federationPort] = [await freePort(), await freePort()]
  const entityId = `http://127.0.0.1:${federationPort}`
  const { adminUrl = `http://127.0.0.1:${adminPort}` } = changes
  const environment = {
    TA_DOMAIN: entityId,
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    KEYS_DIR: keysDirectory,
    AUTH_SECRET,
    ADMIN_URL: adminUrl,
    ALLOW_HTTP: 'true',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'silent',
  }
  const config = { ...readServerConfig({ ...environment, PORT: String(adminPort) }), ...changes }
  const server = await startAdminServer(config, silent, overrides)
  // Schedules would start runs during a test that counts them, also one that is only shown as enabled.
  await server.db.schedule.updateMany({ data: { enabled: false } })
  await server.publisher.rebuild()
  const federation = await startFederationServer(
    {
      ...readConfig([], { ...environment, PORT: String(federationPort) }),
      historicalKeysDirectory: config.historicalKeysDirectory,
      ...keyStoreSettings(config),
      trustedProxies: false,
      resolveRateLimit: 100_000,
      collectionRateLimit: 100_000,
      questionRateLimit: 10_000,
    },
    { logger: silent },
  )

  async function execute(
    document: string,
    variables: object = {},
    as: Role | null = 'admin',
  ): Promise<GraphQLAnswer> {
    const response = await fetch(`${adminUrl}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-graphql-yoga-csrf': '1',
        ...(as ? { 'x-api-key': apiKeys[as] } : {}),
      },
      body: JSON.stringify({ query: document, variables }),
    })
    return response.json() as Promise<GraphQLAnswer> // GraphQL always answers in this shape
  }

  return {
    entityId,
    adminUrl,
    config,
    server,
    federation,
    database,
    redis,
    keys: apiKeys,
    execute,
    async mutate(name, input, selection, as = 'operator') {
      // GraphQL refuses a fragment that can never apply; only these can fail because of published data of the entity.
      const canBeRejected = /^(register|update|renew)Subordinate$/.test(name)
      const checks = canBeRejected ? '... on EntityRejectedError { checks { name status message } }' : ''
      const answer = await execute(mutationOf(name, selection, { further: checks }), { input }, as)
      if (!answer.data) throw new Error(JSON.stringify(answer.errors))
      const { result } = answer.data
      const value = successOf<object>(name, result)
      const isObject = typeof value === 'object' && !Array.isArray(value)
      return isObject ? { ...value, __typename: result.__typename } : result
    },
    get: (path, parameters = {}) => fetch(`${entityId}${path}${query(parameters)}`),
    async close() {
      await federation.close()
      await server.close()
      await Promise.all([redis.close(), database.close()])
      await rm(keysDirectory, { recursive: true })
    },
  }
}

/** Of the test file, or of its `describe`. */
export const adminInFile = (...options: Parameters<typeof startAdmin>): TestAdmin =>
  inFile(() => startAdmin(...options))

function query(parameters: Record<string, string>): string {
  const text = new URLSearchParams(parameters).toString()
  return text && `?${text}`
}

function keyStoreSettings(config: ServerConfig): KeyStoreSettings {
  const { keyStore, keyStoreConcurrency, keyStoreTimeout } = config
  const { pkcs11Module, pkcs11Slot, pkcs11Pin, pkcs11PinFile } = config
  const token = { pkcs11Module, pkcs11Slot, pkcs11Pin, pkcs11PinFile }
  return { keyStore, keyStoreConcurrency, keyStoreTimeout, ...token }
}

async function makeKeys(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'inmor-keys-'))
  await writeNewKey(directory, await generateSigningKey('ES256'))
  return directory
}
