/** What a command works on: the configured services, or the embedded ones of a data directory, running or not. */
import { userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { migrate } from '#prisma/migrate.ts'
import { type Auth, type AuthConfig, createAuth } from '#server/auth/auth.ts'
import { connectDatabase, type Database } from '#server/database/client.ts'
import { keysBelow, openDataDirectory, readRunning } from '#server/embedded/data-directory.ts'
import { ConfigurationError, readServerConfig } from '#server/env.ts'
import { type Caller, cliCaller } from '#server/identity/caller.ts'
import { keyDirectoryFiles } from '#store/key-directory.ts'
import type { KeyPlace } from '#store/key-directory-change.ts'

export type Installation = {
  db: Database
  auth: Auth
  caller: Caller
  /** Of the Trust Anchor, as its server has it. */
  entityId: string
  allowHttp: boolean
  databaseUrl: string
  /** Where the signing keys are. */
  keys: KeyPlace
  /** Migrations that opening it has applied. */
  applied: string[]
  /** True when a server is there to publish what is queued. */
  isServed: boolean
  close(): Promise<void>
}

/** @throws ConfigurationError */
export async function openInstallation({ isMigrated = true } = {}): Promise<Installation> {
  const { DATABASE_URL, DB_HOST } = process.env
  const directory = process.env.DATA_DIR || 'data'
  const running = await readRunning(resolve(directory))
  const isRunningThere = DATABASE_URL !== undefined && running?.parts?.databaseUrl === DATABASE_URL
  if ((DATABASE_URL || DB_HOST) && !isRunningThere) {
    const { keysDirectory, historicalKeysDirectory, ...config } = readServerConfig()
    const keys = { directory: keysDirectory, historicalDirectory: historicalKeysDirectory }
    return connect({ ...config, keys, isServed: true })
  }
  if (running) {
    if (!running.parts) throw new ConfigurationError('The server is still starting; try again in a moment.')
    return connect({ ...localParts(), ...running.parts, keys: localKeys(directory), isServed: true })
  }

  const { startEmbeddedDatabase } = await loadEmbeddedDatabase()
  const data = await openDataDirectory(directory)
  const database = await startEmbeddedDatabase(data.database)
  const applied = isMigrated ? await migrate(database.url) : []
  const installation = connect({
    ...localParts(),
    databaseUrl: database.url,
    authSecret: data.authSecret,
    keys: localKeys(directory),
    isServed: false,
  })
  return {
    ...installation,
    applied,
    async close() {
      await installation.close()
      await database.close()
      await data.release()
    },
  }
}

/** @throws ConfigurationError in a production image, which does not contain it */
async function loadEmbeddedDatabase() {
  try {
    return await import('#server/embedded/database.ts')
  } catch (cause) {
    throw new ConfigurationError('Set DATABASE_URL. This image has no embedded database.', { cause })
  }
}

/** As `npm start` has it, in the same environment. */
function localParts() {
  const { TA_DOMAIN, FEDERATION_PORT, ALLOW_HTTP } = process.env
  const entityId = TA_DOMAIN || `http://localhost:${FEDERATION_PORT || 8080}`
  const allowHttp = ALLOW_HTTP ? ALLOW_HTTP === 'true' : entityId.startsWith('http:')
  const adminUrl = 'http://localhost:8000'
  return { entityId, allowHttp, adminUrl, trustedOrigins: [], previousAuthSecrets: [] }
}

/** As `npm start` finds them. */
function localKeys(dataDirectory: string): KeyPlace {
  const directory = process.env.KEYS_DIR || keysBelow(dataDirectory)
  const history = process.env.HISTORICAL_KEYS_DIR || join(directory, keyDirectoryFiles.historicalKeys)
  return { directory, historicalDirectory: history }
}

type Parts = AuthConfig & Pick<Installation, 'entityId' | 'allowHttp' | 'databaseUrl' | 'keys' | 'isServed'>

function connect({ databaseUrl, keys, isServed, entityId, allowHttp, ...config }: Parts): Installation {
  const db = connectDatabase(databaseUrl)
  return {
    db,
    auth: createAuth(db, config),
    caller: cliCaller(systemUser()),
    entityId,
    allowHttp,
    databaseUrl,
    keys,
    applied: [],
    isServed,
    close: () => db.$disconnect(),
  }
}

/** A container may run as a user that its system has no name for. */
function systemUser(): string {
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.()}`
  }
}
