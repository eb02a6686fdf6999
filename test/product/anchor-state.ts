/** Reads the state of one of two anchors, main and test, to see that another one leaves it alone. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { expect } from 'vitest'
import { allTables, inSchema, isOfInstallation, schemaOfAnchor } from '#server/backup/tables.ts'
import { anchorPlace } from '#store/anchors.ts'
import type { TestAdmin } from '#test/helpers/admin.ts'

export type Slug = 'main' | 'test'

/** Everything of an anchor: its rows, its audit entries, its keys in Redis and its key files. */
export async function stateOf(admin: TestAdmin, slug: Slug): Promise<Record<string, unknown>> {
  const [rows, published, files] = await Promise.all([
    rowsOf(admin, slug),
    publishedOf(admin, slug),
    keyFilesOf(admin, slug),
  ])
  return { ...rows, ...published, ...files }
}

async function rowsOf({ config }: TestAdmin, slug: Slug): Promise<Record<string, unknown>> {
  const client = new pg.Client({ connectionString: config.databaseUrl })
  await client.connect()
  const schema = schemaOfAnchor(slug)
  const state: Record<string, unknown> = {}
  // The publisher renews its lease all the time.
  const isKept = (table: string) => !isOfInstallation(table) && table !== 'PublisherLease'
  for (const table of (await allTables(client, schema)).filter(isKept)) {
    const { rows } = await client.query(`SELECT t FROM ${inSchema(schema, table)} t ORDER BY 1`)
    state[table] = rows
  }
  // The entries of the first anchor are among those of the installation: failures of a restore, and users.
  const audit = await client.query(
    `SELECT "id" FROM "AuditEvent" WHERE "anchor" IS NOT DISTINCT FROM $1 AND "action" <> 'restore' AND "resourceType" <> 'User'`,
    [slug === 'main' ? null : slug],
  )
  state.audit = audit.rows
  await client.end()
  return state
}

async function publishedOf({ config, redis }: TestAdmin, slug: Slug): Promise<Record<string, unknown>> {
  const { client } = redis
  const prefix = anchorPlace(config, slug).redisKeyPrefix
  const names = (await client.keys('*')).filter((name) => name.startsWith('{test}') === (slug === 'test'))
  expect(prefix).toBe(slug === 'test' ? '{test}' : '')
  const values = await Promise.all(
    names.map(async (name) => [name, (await client.dumpBuffer(name))?.toString('hex')]),
  )
  return Object.fromEntries(values)
}

async function keyFilesOf({ config }: TestAdmin, slug: Slug): Promise<Record<string, unknown>> {
  const { keysDirectory } = anchorPlace(config, slug)
  const entries = await readdir(keysDirectory, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => slug === 'test' || !file.startsWith(join(keysDirectory, 'test')))
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await readFile(file, 'utf8')])),
  )
}
