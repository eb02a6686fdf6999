/** A fresh database for one test file: on the PostgreSQL that DATABASE_URL names, else PGlite in memory. */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { startEmbeddedDatabase } from '#server/embedded/database.ts'
import { dataDirectoryOf, emptyDataDirectory, migrated, type Template } from '#test/helpers/data-directory.ts'

export type TestDatabase = {
  url: string
  /** Stops it permanently; a test may do so before its file ends. */
  close(): Promise<void>
}

/** An empty database, as at the first start. */
export const startDatabase = () =>
  closingOnce((server) => createDatabase(server, 'template1'), emptyDataDirectory)

/** A database with empty tables. */
export const startMigratedDatabase = () => startCopy(migrated)

/** A copy of a database that is made once. */
export const startCopy = (template: Template) =>
  closingOnce(
    async (server) => createDatabase(server, await makeTemplate(server, template)),
    () => dataDirectoryOf(template),
  )

async function closingOnce(
  onServer: (server: string) => Promise<TestDatabase>,
  dataDirectory: () => Promise<Blob>,
): Promise<TestDatabase> {
  const server = process.env.DATABASE_URL
  const { url, close } = await (server
    ? onServer(server)
    : startEmbeddedDatabase(undefined, { loadDataDir: await dataDirectory() }))
  let closed: Promise<void> | undefined
  return {
    url,
    close() {
      closed ??= close()
      return closed
    },
  }
}

async function createDatabase(server: string, template: string): Promise<TestDatabase> {
  const name = `inmor_test_${randomBytes(6).toString('hex')}`
  await withClient(server, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`))
  return {
    url: databaseAt(server, name),
    async close() {
      await withClient(server, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`))
    },
  }
}

/** The name of the template on the server. One process creates it, and the others wait. */
async function makeTemplate(server: string, { name, from, make }: Template): Promise<string> {
  const base = from ? await makeTemplate(server, from) : 'template1'
  const template = `inmor_template_${name}`
  return withClient(server, async (client) => {
    await client.query("SELECT pg_advisory_lock(hashtext('inmor:template'))")
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template])
    if (rowCount === 0) {
      const unfinished = `${template}_unfinished`
      await client.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`)
      await client.query(`CREATE DATABASE ${unfinished} TEMPLATE ${base}`)
      await make(databaseAt(server, unfinished))
      await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${template}`)
    }
    return template
  })
}

function databaseAt(server: string, name: string): string {
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

/** The locks of a session end with it. */
async function withClient<T>(server: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
