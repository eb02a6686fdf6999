/** Restores a backup into an empty database, all or nothing: creates the tables of its version, then migrates them. */
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { type Client, DatabaseError } from 'pg'
import { createClient } from '#prisma/connection.ts'
import { migrate, migrationNames } from '#prisma/migrate.ts'
import { BackupError } from '#server/backup/backup-error.ts'
import { type BackupDocument, type Row, readDocument } from '#server/backup/document.ts'
import { decrypt, MAGIC } from '#server/backup/encryption.ts'
import { decryptOld, OLD_MAGIC } from '#server/backup/old-encryption.ts'
import { allTables, continueSequences, findContent, quote } from '#server/backup/tables.ts'

export type RestoreResult = { madeAt: string; tables: Record<string, number>; migrated: string[] }

const BATCH = 500
const GZIP = Buffer.from([0x1f, 0x8b])

const encryptions = [
  { magic: MAGIC, decrypt },
  { magic: OLD_MAGIC, decrypt: decryptOld },
]

/** @throws BackupError, and the database is as empty as before */
export async function restoreBackup(
  databaseUrl: string,
  file: string,
  passphrase: string | null,
): Promise<RestoreResult> {
  const document = await readDocument(await openLines(file, passphrase))
  const { madeAt, migration } = document.head
  if (!(await migrationNames()).includes(migration)) {
    throw new BackupError(`A newer version made this backup (${migration}). Restore it with that version.`)
  }
  const client = createClient(databaseUrl)
  await client.connect()
  try {
    await clear(client)
    await migrate(databaseUrl, { until: migration })
    const tables = await insertAll(client, document)
    return { madeAt, tables, migrated: await migrate(databaseUrl) }
  } finally {
    await client.end()
  }
}

/** Tells the forms of a backup apart by their first bytes. @throws BackupError */
async function openLines(file: string, passphrase: string | null): Promise<AsyncIterable<string>> {
  const source = createReadStream(file)[Symbol.asyncIterator]() as AsyncIterator<Buffer> // no encoding was set
  const { value: first = Buffer.alloc(0) } = await source.next().catch((error: NodeJS.ErrnoException) => {
    throw new BackupError(`${file} cannot be read (${error.code}).`, { cause: error })
  })
  const startsWith = (magic: Buffer) => first.subarray(0, magic.length).equals(magic)
  const content = resume(first, source)
  const encryption = encryptions.find(({ magic }) => startsWith(magic))
  if (encryption) {
    if (passphrase === null) throw new BackupError('The backup is encrypted. Give its passphrase.')
    return unpack(encryption.decrypt(content, passphrase))
  }
  if (!startsWith(GZIP)) throw new BackupError(`${file} is not a backup.`)
  if (passphrase !== null) {
    throw new BackupError(
      'The backup is not encrypted, so its origin is unproven. If you trust it, restore it without a passphrase.',
    )
  }
  return unpack(content)
}

async function* resume(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
}

/** Decompresses into lines. @throws BackupError for a fault in any stage */
async function* unpack(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const unzipped = createGunzip().setEncoding('utf8')
  const piped = pipeline(source, unzipped).catch(() => {}) // the loop below throws the same error
  let held = ''
  try {
    for await (const chunk of unzipped) {
      const lines = (held + chunk).split('\n')
      held = lines.pop() ?? ''
      yield* lines
    }
  } catch (error) {
    if (error instanceof BackupError) throw error
    throw new BackupError('The backup was altered or cut off.', { cause: error })
  }
  await piped
  if (held !== '') yield held
}

/** A database that a server has prepared and that holds no data yet counts as empty. @throws BackupError */
async function clear(client: Client): Promise<void> {
  const content = await findContent(client)
  if (content) {
    throw new BackupError(`The database is not empty: ${content} has rows. Restore into an empty database.`)
  }
  const tables = await allTables(client)
  if (tables.length > 0) await client.query(`DROP TABLE ${tables.map(quote).join(', ')} CASCADE`)
}

async function insertAll(client: Client, document: BackupDocument): Promise<Record<string, number>> {
  await client.query('BEGIN')
  try {
    const counts = await insertRows(client, document)
    await continueSequences(client, Object.keys(counts))
    // The next server republishes everything.
    await client.query(`INSERT INTO "OutboxEntry" ("topic", "key") VALUES ('everything', '')`)
    await client.query('COMMIT')
    return counts
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}

async function insertRows(client: Client, { rows }: BackupDocument): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  const known = new Set(await allTables(client))
  for await (const [table, batch] of batches(rows)) {
    if (!known.has(table)) {
      throw new BackupError(`The backup was altered: it has an unknown table ${JSON.stringify(table)}.`)
    }
    // Removes what the migrations inserted, even where rules forbid DELETE; referring tables come later.
    if (counts[table] === undefined) await client.query(`TRUNCATE ${quote(table)} CASCADE`)
    await insertBatch(client, table, batch)
    counts[table] = (counts[table] ?? 0) + batch.length
  }
  return counts
}

/** SQLSTATE classes for invalid data and violated constraints (PostgreSQL, appendix A: 22 and 23). */
const misfits = /^2[23]/

async function insertBatch(client: Client, table: string, rows: readonly Row['row'][]): Promise<void> {
  const name = quote(table)
  try {
    await client.query(`INSERT INTO ${name} SELECT * FROM json_populate_recordset(NULL::${name}, $1::json)`, [
      JSON.stringify(rows),
    ])
  } catch (error) {
    if (!(error instanceof DatabaseError && misfits.test(error.code ?? ''))) throw error
    throw new BackupError(`The backup was altered: a row of ${table} does not fit.`, { cause: error })
  }
}

/** Groups rows by table. */
async function* batches(rows: AsyncIterable<Row>): AsyncGenerator<[table: string, rows: Row['row'][]]> {
  let [table, held]: [string, Row['row'][]] = ['', []]
  for await (const each of rows) {
    if (held.length === BATCH || (each.table !== table && held.length > 0)) {
      yield [table, held]
      held = []
    }
    table = each.table
    held.push(each.row)
  }
  if (held.length > 0) yield [table, held]
}
