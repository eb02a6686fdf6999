/** Writes a backup: the rows of one snapshot, compressed, and encrypted if there is a passphrase. */
import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Client } from 'pg'
import { createClient } from '#prisma/connection.ts'
import { BackupError } from '#server/backup/backup-error.ts'
import { type AnchorInBackup, head, writeDocument } from '#server/backup/document.ts'
import { encrypt } from '#server/backup/encryption.ts'
import {
  countedName,
  inSchema,
  isOfInstallation,
  PUBLIC,
  type RowCounts,
  schemaOfAnchor,
  tablesToKeep,
} from '#server/backup/tables.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'

/** An installation, and the Entity Identifier of its first anchor, which its database does not have. */
export type BackupSource = { databaseUrl: string; entityId: string }

export type BackupResult = { file: string; encrypted: boolean; tables: RowCounts }

const BATCH = 500

/**
 * Writes the whole file or none of it, readable by its owner only. With the slug of an anchor, it has the tables of this
 * anchor only. @throws BackupError when it cannot be written
 */
export async function writeBackup(
  source: BackupSource,
  file: string,
  passphrase: string | null,
  anchor?: string,
): Promise<BackupResult> {
  const beside = `${file}.${randomUUID()}.tmp`
  const client = createClient(source.databaseUrl)
  await client.connect()
  const tables: RowCounts = {}
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const snapshot = await readSnapshot(client, source.entityId)
    const { start, parts } = anchor === undefined ? all(snapshot) : only(snapshot, anchor)
    const lines = writeDocument(start, readRows(client, parts, tables))
    const seal = (source: AsyncIterable<Buffer>) =>
      passphrase === null ? source : encrypt(source, passphrase)
    await pipeline(
      Readable.from(lines, { objectMode: true, highWaterMark: BATCH }),
      createGzip(),
      seal,
      createWriteStream(beside, { mode: 0o600, flags: 'wx', flush: true }),
    )
    await rename(beside, file)
    return { file, encrypted: passphrase !== null, tables }
  } catch (error) {
    if (isOfFile(error)) throw new BackupError(`${file} cannot be written (${error.code}).`, { cause: error })
    throw error
  } finally {
    await rm(beside, { force: true })
    await client.end()
  }
}

/** Database errors have codes too, but no path. */
function isOfFile(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && ('path' in error || ('code' in error && error.code === 'ENOSPC'))
}

type Snapshot = { madeAt: Date; migration: string; anchors: AnchorInBackup[] }

/** The time is that of the transaction, and so that of every row. */
async function readSnapshot(client: Client, firstEntityId: string): Promise<Snapshot> {
  const { rows } = await client.query<{ now: Date; migration: string | null; hasAnchors: boolean }>(
    `SELECT now(), (SELECT max(migration_name) FROM "_prisma_migrations" WHERE finished_at IS NOT NULL) AS migration,
       to_regclass('"Anchor"') IS NOT NULL AS "hasAnchors"`,
  )
  const [{ now, migration: found, hasAnchors } = { now: new Date(0), migration: null, hasAnchors: false }] =
    rows
  const migration = found ?? ''
  const first = { slug: FIRST_ANCHOR, entityId: firstEntityId, migration }
  const others = hasAnchors
    ? await client.query<AnchorInBackup>(
        'SELECT "slug", "entityId", "migration" FROM "Anchor" WHERE "slug" <> $1 ORDER BY "slug"',
        [FIRST_ANCHOR],
      )
    : { rows: [] }
  return { madeAt: now, migration, anchors: [first, ...others.rows] }
}

/** Tables of one schema. `anchor` is what their lines say. */
type Part = { schema: string; anchor: string | undefined; isKept(table: string): boolean }

const partOf = (slug: string): Part => {
  const isFirst = slug === FIRST_ANCHOR
  return {
    schema: schemaOfAnchor(slug),
    anchor: isFirst ? undefined : slug,
    isKept: (table) => !isFirst || !isOfInstallation(table),
  }
}

function all({ madeAt, migration, anchors }: Snapshot) {
  const [, ...others] = anchors
  const parts = [
    { schema: PUBLIC, anchor: undefined, isKept: () => true },
    ...others.map(({ slug }) => partOf(slug)),
  ]
  return { start: head(migration, madeAt, others.length > 0 ? { anchors } : {}), parts }
}

function only({ madeAt, anchors }: Snapshot, slug: string) {
  const anchor = anchors.find((each) => each.slug === slug)
  if (!anchor) throw new BackupError(`There is no anchor ${slug}.`)
  return { start: head(anchor.migration, madeAt, { anchor }), parts: [partOf(slug)] }
}

/** The database turns each row into JSON; a cursor limits memory to one batch. */
async function* readRows(client: Client, parts: readonly Part[], counts: RowCounts): AsyncGenerator<string> {
  for (const { schema, anchor, isKept } of parts) {
    const place = anchor === undefined ? '' : `, 'anchor', $$${anchor}$$`
    for (const table of (await tablesToKeep(client, schema)).filter(isKept)) {
      const name = countedName(anchor, table)
      counts[name] = 0
      await client.query(
        `DECLARE backup NO SCROLL CURSOR FOR
         SELECT json_build_object('table', $$${table}$$, 'row', to_json(t)${place})::text AS line
         FROM ${inSchema(schema, table)} t`,
      )
      for (;;) {
        const { rows } = await client.query<{ line: string }>(`FETCH ${BATCH} FROM backup`)
        if (rows.length === 0) break
        counts[name] += rows.length
        for (const { line } of rows) yield line
      }
      await client.query('CLOSE backup')
    }
  }
}
