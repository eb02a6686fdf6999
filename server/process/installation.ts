/** Opens the installation for a command: the configured services, or the embedded ones of a data directory. */
import { userInfo } from 'node:os'
import { resolve } from 'node:path'
import type { Pool } from 'pg'
import { ConfigurationError } from '#federation/config/error.ts'
import { migrate, requireKnownMigrations } from '#prisma/migrate.ts'
import { type Clock, systemClock } from '#server/clock.ts'
import { readServerConfig, type ServerConfig } from '#server/config/config.ts'
import { type EmbeddedConfig, readEmbeddedConfig } from '#server/config/embedded.ts'
import { connectDatabase, createPool, type Database } from '#server/database/client.ts'
import {
  makeDataDirectory,
  openDataDirectory,
  type Parts,
  readRunning,
} from '#server/embedded/data-directory.ts'
import { type Caller, cliCaller } from '#server/identity/caller.ts'
import { createMailOutbox, type MailOutbox } from '#server/mail/outbox.ts'

export type Installation = {
  config: ServerConfig
  db: Database
  pool: Pool
  /** A running server sends what a command puts there. */
  mail: MailOutbox
  caller: Caller
  /** Migrations that opening it has applied. */
  applied: string[]
  /** Whether a server is running that publishes queued changes. */
  isServed: boolean
  /** Of the Redis of a running `npm start`; null: no other process reaches it; absent: Redis is at REDIS_URL. */
  redisSocket?: string | null
  now: Clock
  close(): Promise<void>
}

/** `isNew`: a restoration may make the data directory and its database. @throws ConfigurationError */
export async function openInstallation({ isNew = false } = {}): Promise<Installation> {
  const place = readEmbeddedConfig()
  const { isDatabaseEmbedded, dataDirectory, environment } = place
  const running = await readRunning(resolve(dataDirectory))
  const isRunningThere = running?.parts?.databaseUrl === environment.DATABASE_URL
  if (!isDatabaseEmbedded && !isRunningThere) return requireKnown(connect(readServerConfig(), true))
  if (running) {
    if (!running.parts) throw new ConfigurationError('The server is still starting. Try again in a moment.')
    sayWhich(place)
    const { redisSocket } = running.parts
    const known = connect(localConfig(place, running.parts), true)
    return requireKnown({ ...known, ...(redisSocket === undefined ? {} : { redisSocket }) })
  }

  const { startEmbeddedDatabase } = await loadEmbeddedDatabase()
  const data = await (isNew ? makeDataDirectory : openDataDirectory)(dataDirectory)
  sayWhich(place)
  const database = await startEmbeddedDatabase(data.database)
  const applied = isNew ? [] : await migrate(database.url)
  const authSecret = environment.AUTH_SECRET ?? data.authSecret
  const installation = connect(localConfig(place, { databaseUrl: database.url, authSecret }), false)
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

/** A command of an older version would write what the newer one does not expect. @throws NewerDatabaseError */
async function requireKnown(installation: Installation): Promise<Installation> {
  try {
    await requireKnownMigrations((sql) => installation.db.$queryRawUnsafe(sql))
    return installation
  } catch (error) {
    await installation.close()
    throw error
  }
}

/** Where no variable names the installation. */
function sayWhich({ dataDirectory, environment }: EmbeddedConfig): void {
  if (environment.DATA_DIR !== undefined) return
  process.stderr.write(`The installation is that of ${resolve(dataDirectory)}.\n`)
}

/** @throws ConfigurationError in a production image, which does not contain it */
async function loadEmbeddedDatabase() {
  try {
    return await import('#server/embedded/database.ts')
  } catch (cause) {
    throw new ConfigurationError('Set DATABASE_URL. This image has no embedded database.', { cause })
  }
}

/** The embedded Redis of a running `npm start`. */
function localConfig({ environment }: EmbeddedConfig, { databaseUrl, authSecret }: Parts): ServerConfig {
  return readServerConfig({ ...environment, DATABASE_URL: databaseUrl, AUTH_SECRET: authSecret })
}

function connect(config: ServerConfig, isServed: boolean): Installation {
  const { databaseUrl } = config
  const mail = createMailOutbox(config, systemClock)
  const pool = createPool(databaseUrl)
  const db = connectDatabase(pool)
  return {
    config,
    db,
    pool,
    mail,
    caller: cliCaller(systemUser()),
    applied: [],
    isServed,
    now: systemClock,
    async close() {
      await db.$disconnect()
      await pool.end()
    },
  }
}

/** In a container the user may have no name. */
function systemUser(): string {
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.()}`
  }
}
