/**
 * Restores one anchor into an installation where it has no data, all or nothing. Its tables are created in the version of
 * the backup, in a schema of their own, and migrated there.
 */
import type { Client } from 'pg'
import { findPlaceFault } from '#federation/anchors/place.ts'
import {
  applyToAnchor,
  createAnchorTables,
  dropAnchorTables,
  FIRST_INSTALLATION,
  migrationsOfAnchors,
  retireAnchorTables,
  schemaOf,
} from '#prisma/anchor-schema.ts'
import { createClient } from '#prisma/connection.ts'
import { migrate, migrationNames } from '#prisma/migrate.ts'
import type { BackupSource } from '#server/backup/backup.ts'
import { BackupError } from '#server/backup/backup-error.ts'
import type { AnchorInBackup, Head, Row } from '#server/backup/document.ts'
import { openBackup } from '#server/backup/file.ts'
import { finish, inTransaction, type RestoreResult } from '#server/backup/restore.ts'
import {
  allTables,
  findContent,
  inSchema,
  insertRows,
  isOfInstallation,
  PUBLIC,
  type RowCounts,
  schemaOfAnchor,
  tablesToKeep,
} from '#server/backup/tables.ts'
import { systemClock } from '#server/clock.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'

/** No slug has a capital letter. The rows of the first anchor go from here to their place. */
const WAITING = 'Waiting'

export type RestoredAnchor = RestoreResult & { anchor: string }

/** `name` is its slug or Entity Identifier. @throws BackupError, and the installation is as before */
export async function restoreAnchor(
  { databaseUrl, entityId }: BackupSource,
  file: string,
  passphrase: string | null,
  name: string,
): Promise<RestoredAnchor> {
  const { head, rows } = await openBackup(file, passphrase)
  const anchor = findAnchor(head, name, entityId)
  const { slug } = anchor
  const migrated = await migrate(databaseUrl)
  const client = createClient(databaseUrl)
  await client.connect()
  try {
    const tables = await inTransaction(client, async () => {
      await client.query('LOCK TABLE "Anchor" IN SHARE ROW EXCLUSIVE MODE')
      const exists = await compare(client, anchor, entityId)
      if (exists) await requireEmpty(client, slug)
      const isFirst = slug === FIRST_ANCHOR
      if (exists && !isFirst) await retireAnchorTables((sql) => client.query(sql), slug, systemClock())
      const counts = await insertMigrated(client, isFirst ? WAITING : slug, anchor, rows)
      if (isFirst) await moveToPublic(client)
      else await keepRow(client, anchor)
      await finish(client, schemaOfAnchor(slug))
      return counts
    })
    return { madeAt: head.madeAt, anchor: slug, tables, migrated }
  } finally {
    await client.end()
  }
}

/** @throws BackupError when it is not in the backup */
function findAnchor({ anchor, anchors, migration }: Head, name: string, entityId: string): AnchorInBackup {
  if (!anchor && migration < FIRST_INSTALLATION)
    throw new BackupError('An older version made this backup. Restore all of it, without --anchor.')
  const contained = anchor ? [anchor] : (anchors ?? [{ slug: FIRST_ANCHOR, entityId, migration }])
  const found = contained.find((each) => each.slug === name || each.entityId === name)
  if (found) return found
  throw new BackupError(
    `The backup has no anchor ${name}. It has: ${contained.map(({ slug }) => slug).join(', ')}.`,
  )
}

/** Whether the installation has the anchor. @throws BackupError when another one has its slug, identifier or place */
async function compare(client: Client, { slug, entityId }: AnchorInBackup, first: string): Promise<boolean> {
  const { rows } = await client.query<{ slug: string; entityId: string | null }>(
    'SELECT "slug", "entityId" FROM "Anchor"',
  )
  const here = rows.map((row) => ({ slug: row.slug, entityId: row.entityId ?? first }))
  const found = here.find((each) => each.slug === slug || each.entityId === entityId)
  const fault = found ? undefined : findPlaceFault({ slug, entityId }, here)
  if (fault) throw new BackupError(fault)
  if (!found) return false
  if (found.slug === slug && found.entityId === entityId) return true
  throw new BackupError(
    `The anchor ${found.slug} is ${found.entityId} here. The backup has the anchor ${slug}, which is ${entityId}.`,
  )
}

/** @throws BackupError */
async function requireEmpty(client: Client, slug: string): Promise<void> {
  const schema = schemaOfAnchor(slug)
  const tables = (await allTables(client, schema)).filter((table) => !isOfInstallation(table))
  const content = await findContent(client, schema, tables)
  if (content)
    throw new BackupError(
      `The anchor ${slug} is not empty: ${content} has rows. Restore into an empty anchor.`,
    )
}

/** Creates the schema in the version of the backup, fills it and migrates it. */
async function insertMigrated(
  client: Client,
  schemaSlug: string,
  { slug, migration }: AnchorInBackup,
  rows: AsyncIterable<Row>,
): Promise<RowCounts> {
  const run = (sql: string) => client.query(sql)
  const names = await migrationNames()
  await createAnchorTables(
    run,
    schemaSlug,
    names.filter((name) => name <= migration),
  )
  const anchor = slug === FIRST_ANCHOR ? undefined : slug
  const counts = await insertRows(client, rowsOf(rows, anchor), new Map([[anchor, schemaOf(schemaSlug)]]))
  const pending = migrationsOfAnchors(names).filter((name) => name > migration)
  if (pending.length > 0) await applyToAnchor(run, schemaSlug, pending)
  return counts
}

/** The rows of the installation are among those of the first anchor. */
async function* rowsOf(rows: AsyncIterable<Row>, anchor: string | undefined): AsyncGenerator<Row> {
  for await (const row of rows) {
    if (row.anchor !== anchor || (anchor === undefined && isOfInstallation(row.table))) continue
    // Organizations are the installation's, and here another one may have the number. A request needs one.
    if (row.table === 'Request' || row.table === 'RequestStep') continue
    yield row.table === 'Subordinate' ? { ...row, row: { ...row.row, organizationId: null } } : row
  }
}

async function moveToPublic(client: Client): Promise<void> {
  const tables = await tablesToKeep(client, schemaOf(WAITING))
  const targets = tables.map((table) => inSchema(PUBLIC, table))
  await client.query(`TRUNCATE ${targets.join(', ')} CASCADE`)
  for (const table of tables) {
    const source = inSchema(schemaOf(WAITING), table)
    await client.query(`INSERT INTO ${inSchema(PUBLIC, table)} SELECT * FROM ${source}`)
  }
  await dropAnchorTables((sql) => client.query(sql), WAITING)
}

/** Servers start the anchor when they see its row. */
async function keepRow(client: Client, { slug, entityId }: AnchorInBackup): Promise<void> {
  const last = migrationsOfAnchors(await migrationNames()).at(-1)
  await client.query(
    `INSERT INTO "Anchor" ("slug", "entityId", "migration") VALUES ($1, $2, $3)
     ON CONFLICT ("slug") DO UPDATE SET "migration" = excluded."migration"`,
    [slug, entityId, last],
  )
}
