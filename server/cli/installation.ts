/** What a command works on: the configured services, or the embedded ones of a data directory, running or not. */
import { userInfo } from 'node:os'
import { resolve } from 'node:path'
import { migrate } from '#prisma/migrate.ts'
import { type Auth, createAuth } from '#server/auth/auth.ts'
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
  /** True when a server is there to publish what is queued. */
  isServed: boolean
  close(): Promise<void>
}

/** @throws ConfigurationError */
export async function openInstallation(): Promise<Installation> {
  const { DATABASE_URL, DB_HOST, DATA_DIR = 'data' } = process.env
  if (DATABASE_URL || DB_HOST) {
    const { databaseUrl, authSecret, adminUrl, trustedOrigins } = readServerConfig()
    return connect({ databaseUrl, authSecret, adminUrl, trustedOrigins, isServed: true })
  }
  const running = await readRunning(resolve(DATA_DIR))
  if (running) {
    if (!running.parts) throw new ConfigurationError('The server is still starting; try again in a moment.')
    return connect({ ...local, ...running.parts, isServed: true })
  }

  const data = await openDataDirectory(DATA_DIR)
  const database = await startEmbeddedDatabase(data.database)
  await migrate(database.url)
  const installation = connect({
    ...local,
    databaseUrl: database.url,
    authSecret: data.authSecret,
    isServed: false,
  })
  return {
    ...installation,
    async close() {
      await installation.close()
      await database.close()
      await data.release()
    },
  }
}

const local = { adminUrl: 'http://localhost:8000', trustedOrigins: [] }

type Parts = {
  databaseUrl: string
  authSecret: string
  adminUrl: string
  trustedOrigins: string[]
  isServed: boolean
}

function connect({ databaseUrl, isServed, ...config }: Parts): Installation {
  const db = connectDatabase(databaseUrl)
  return {
    db,
    auth: createAuth(db, config),
    caller: cliCaller(userInfo().username),
    databaseUrl,
    isServed,
    close: () => db.$disconnect(),
  }
}
