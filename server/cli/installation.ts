/** What a command works on: the configured services, or the embedded ones of a data directory, running or not. */
import { userInfo } from 'node:os'
import { resolve } from 'node:path'
import { migrate } from '#prisma/migrate.ts'
import { type Auth, type AuthConfig, createAuth } from '#server/auth/auth.ts'
import { type Caller, cliCaller } from '#server/caller.ts'
import { connectDatabase, type Database } from '#server/database.ts'
import { openDataDirectory, readRunning } from '#server/embedded/data-directory.ts'
import { startEmbeddedDatabase } from '#server/embedded/database.ts'
import { ConfigurationError, readServerConfig } from '#server/env.ts'

export type Installation = {
  db: Database
  auth: Auth
  caller: Caller
  databaseUrl: string
  /** Migrations that opening it has applied. */
  applied: string[]
  /** True when a server is there to publish what is queued. */
  isServed: boolean
  close(): Promise<void>
}

/** @throws ConfigurationError */
export async function openInstallation(): Promise<Installation> {
  const { DATABASE_URL, DB_HOST } = process.env
  const directory = process.env.DATA_DIR || 'data'
  const running = await readRunning(resolve(directory))
  const isRunningThere = DATABASE_URL !== undefined && running?.parts?.databaseUrl === DATABASE_URL
  if ((DATABASE_URL || DB_HOST) && !isRunningThere) {
    return connect({ ...readServerConfig(), isServed: true })
  }
  if (running) {
    if (!running.parts) throw new ConfigurationError('The server is still starting; try again in a moment.')
    return connect({ ...local, ...running.parts, isServed: true })
  }

  const data = await openDataDirectory(directory)
  const database = await startEmbeddedDatabase(data.database)
  const applied = await migrate(database.url)
  const installation = connect({
    ...local,
    databaseUrl: database.url,
    authSecret: data.authSecret,
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

const local = { adminUrl: 'http://localhost:8000', trustedOrigins: [], previousAuthSecrets: [] }

type Parts = AuthConfig & { databaseUrl: string; isServed: boolean }

function connect({ databaseUrl, isServed, ...config }: Parts): Installation {
  const db = connectDatabase(databaseUrl)
  return {
    db,
    auth: createAuth(db, config),
    caller: cliCaller(userInfo().username),
    databaseUrl,
    applied: [],
    isServed,
    close: () => db.$disconnect(),
  }
}
