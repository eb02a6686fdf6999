/** Restores a backup into an empty database, all or nothing: creates the tables of its version, then migrates them. */
import type { Client } from 'pg'
import { findPlaceFault } from '#federation/anchors/place.ts'
import { createAnchorTables } from '#prisma/anchor-schema.ts'
import { createClient } from '#prisma/connection.ts'
import { migrate, migrationNames } from '#prisma/migrate.ts'
import { BackupError } from '#server/backup/backup-error.ts'
import { openBackup } from '#server/backup/file.ts'
import {
  allTables,
  continueSequences,
  findContent,
  inSchema,
  insertRows,
  PUBLIC,
  quote,
  type RowCounts,
  schemaOfAnchor,
} from '#server/backup/tables.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'

export type RestoreResult = { madeAt: string; tables: RowCounts; migrated: string[] }

/** @throws BackupError, and the database is as empty as before */
export async function restoreBackup(
  databaseUrl: string,
  file: string,
  passphrase: string | null,
): Promise<RestoreResult> {
  const { head, rows } = await openBackup(file, passphrase)
  const { madeAt, migration, anchor, anchors = [] } = head
  if (anchor) {
    const { slug } = anchor
    throw new BackupError(`This is a backup of the anchor ${slug} only. Restore it with --anchor ${slug}.`)
  }
  for (const each of anchors) {
    if (each.slug === FIRST_ANCHOR) continue // its configuration decides
    const others = anchors.filter((other) => other !== each)
    const fault = findPlaceFault(each, others)
    if (fault) throw new BackupError(`The anchor ${each.slug} of the backup cannot be served. ${fault}`)
  }
  const names = await migrationNames()
  const client = createClient(databaseUrl)
  await client.connect()
  try {
    await clear(client)
    await migrate(databaseUrl, { until: migration })
    const tables = await inTransaction(client, async () => {
      const schemas = new Map<string | undefined, string>([[undefined, PUBLIC]])
      for (const { slug, migration: last } of anchors) {
        if (slug === FIRST_ANCHOR) continue
        const until = names.filter((name) => name <= last)
        await createAnchorTables((sql) => client.query(sql), slug, until)
        schemas.set(slug, schemaOfAnchor(slug))
      }
      const counts = await insertRows(client, rows, schemas)
      for (const schema of schemas.values()) await finish(client, schema)
      return counts
    })
    return { madeAt, tables, migrated: await migrate(databaseUrl) }
  } finally {
    await client.end()
  }
}

export async function inTransaction<T>(client: Client, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN')
  try {
    const result = await work()
    await client.query('COMMIT')
    return result
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}

/** New rows get higher numbers, and the next server republishes everything. */
export async function finish(client: Client, schema: string): Promise<void> {
  await continueSequences(client, schema)
  const outbox = inSchema(schema, 'OutboxEntry')
  await client.query(`INSERT INTO ${outbox} ("topic", "key") VALUES ('everything', '')`)
}

/** A database that a server has prepared and that holds no data yet counts as empty. @throws BackupError */
async function clear(client: Client): Promise<void> {
  const tables = await allTables(client, PUBLIC)
  const content = (await findAnchor(client, tables)) ?? (await findContent(client, PUBLIC, tables))
  if (content) {
    throw new BackupError(`The database is not empty: ${content} has rows. Restore into an empty database.`)
  }
  if (tables.length > 0) await client.query(`DROP TABLE ${tables.map(quote).join(', ')} CASCADE`)
}

/** The table of anchors if there is one beside the first. */
async function findAnchor(client: Client, tables: readonly string[]): Promise<string | undefined> {
  if (!tables.includes('Anchor')) return undefined
  const { rowCount } = await client.query('SELECT 1 FROM "Anchor" WHERE "slug" <> $1', [FIRST_ANCHOR])
  return rowCount ? 'Anchor' : undefined
}
