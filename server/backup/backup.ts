/** Writes a backup: all rows of one snapshot, compressed, and encrypted if there is a passphrase. */
import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Client } from 'pg'
import { createClient } from '#prisma/connection.ts'
import { BackupError } from '#server/backup/backup-error.ts'
import { type Head, head, writeDocument } from '#server/backup/document.ts'
import { encrypt } from '#server/backup/encryption.ts'
import { quote, tablesToKeep } from '#server/backup/tables.ts'

export type BackupResult = { file: string; encrypted: boolean; tables: Record<string, number> }

const BATCH = 500

/** Writes the whole file or none of it, readable by its owner only. @throws BackupError when it cannot be written */
export async function writeBackup(
  databaseUrl: string,
  file: string,
  passphrase: string | null,
): Promise<BackupResult> {
  const beside = `${file}.${randomUUID()}.tmp`
  const client = createClient(databaseUrl)
  await client.connect()
  const tables: Record<string, number> = {}
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const lines = writeDocument(await readHead(client), readRows(client, tables))
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

/** The time is that of the transaction, and so that of every row. */
async function readHead(client: Client): Promise<Head> {
  const { rows } = await client.query<{ now: Date; migration: string | null }>(
    `SELECT now(), (SELECT max(migration_name) FROM "_prisma_migrations" WHERE finished_at IS NOT NULL) AS migration`,
  )
  const [{ now, migration } = { now: new Date(0), migration: null }] = rows
  return head(migration ?? '', now)
}

/** The database turns each row into JSON; a cursor limits memory to one batch. */
async function* readRows(client: Client, counts: Record<string, number>): AsyncGenerator<string> {
  for (const table of await tablesToKeep(client)) {
    counts[table] = 0
    await client.query(
      `DECLARE backup NO SCROLL CURSOR FOR
       SELECT json_build_object('table', $$${table}$$, 'row', to_json(t))::text AS line FROM ${quote(table)} t`,
    )
    for (;;) {
      const { rows } = await client.query<{ line: string }>(`FETCH ${BATCH} FROM backup`)
      if (rows.length === 0) break
      counts[table] += rows.length
      for (const { line } of rows) yield line
    }
    await client.query('CLOSE backup')
  }
}
