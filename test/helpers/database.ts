/** A fresh, empty database for one test file: on the PostgreSQL that DATABASE_URL names, else PGlite in memory. */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { startEmbeddedDatabase } from '#server/embedded/database.ts'
import { emptyDataDirectory } from '#test/helpers/empty-data-directory.ts'

export type TestDatabase = {
  url: string
  /** For good; a test may do so before its file ends. */
  close(): Promise<void>
}

export async function startDatabase(): Promise<TestDatabase> {
  const server = process.env.DATABASE_URL
  const { url, close } = await (server ? createDatabase(server) : startEmpty())
  let closed: Promise<void> | undefined
  return {
    url,
    close() {
      closed ??= close()
      return closed
    },
  }
}

async function startEmpty() {
  return startEmbeddedDatabase(undefined, { loadDataDir: await emptyDataDirectory() })
}

async function createDatabase(server: string): Promise<TestDatabase> {
  const name = `inmor_test_${randomBytes(6).toString('hex')}`
  await execute(server, `CREATE DATABASE ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href, close: () => execute(server, `DROP DATABASE ${name} WITH (FORCE)`) }
}

async function execute(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
