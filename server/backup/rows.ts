/** Inserts the rows of a backup, in a transaction. */
import { type Client, DatabaseError } from 'pg'
import { BackupError } from '#server/backup/backup-error.ts'
import type { Row } from '#server/backup/document.ts'
import { allTables, inSchema } from '#server/backup/tables.ts'

/** The number of rows by table; the name of another anchor's table begins with the anchor's slug. */
export type RowCounts = Record<string, number>

type Place = { schema: string; tables: readonly string[] }

const BATCH = 500

export const countedName = (anchor: string | undefined, table: string) =>
  anchor === undefined ? table : `${anchor}.${table}`

/** `schemas` has the schema of each anchor; that of rows without an anchor is at undefined. @throws BackupError */
export async function insertRows(
  client: Client,
  rows: AsyncIterable<Row>,
  schemas: ReadonlyMap<string | undefined, string>,
): Promise<RowCounts> {
  const counts: RowCounts = {}
  const places = new Map<string | undefined, Place>()
  for (const [anchor, schema] of schemas)
    places.set(anchor, { schema, tables: await allTables(client, schema) })
  for await (const { anchor, table, rows: batch } of batches(rows)) {
    const place = places.get(anchor)
    const name = countedName(anchor, table)
    if (!place?.tables.includes(table)) {
      throw new BackupError(`The backup was altered: it has an unknown table ${JSON.stringify(name)}.`)
    }
    const target = inSchema(place.schema, table)
    // Removes what the migrations inserted, even where rules forbid DELETE; referring tables come later.
    if (counts[name] === undefined) await client.query(`TRUNCATE ${target} CASCADE`)
    await insertBatch(client, target, table, batch)
    counts[name] = (counts[name] ?? 0) + batch.length
  }
  return counts
}

/** SQLSTATE classes for invalid data and violated constraints (PostgreSQL, appendix A: 22 and 23). */
const misfits = /^2[23]/

async function insertBatch(
  client: Client,
  target: string,
  table: string,
  rows: readonly Row['row'][],
): Promise<void> {
  try {
    await client.query(
      `INSERT INTO ${target} SELECT * FROM json_populate_recordset(NULL::${target}, $1::json)`,
      [JSON.stringify(rows)],
    )
  } catch (error) {
    if (!(error instanceof DatabaseError && misfits.test(error.code ?? ''))) throw error
    throw new BackupError(`The backup was altered: a row of ${table} does not fit.`, { cause: error })
  }
}

type Batch = Pick<Row, 'anchor' | 'table'> & { rows: Row['row'][] }

/** Groups rows by table. */
async function* batches(rows: AsyncIterable<Row>): AsyncGenerator<Batch> {
  let held: Batch | undefined
  for await (const { anchor, table, row } of rows) {
    const isSame = held?.table === table && held.anchor === anchor && held.rows.length < BATCH
    if (held && isSame) held.rows.push(row)
    else {
      if (held) yield held
      held = { table, rows: [row], ...(anchor === undefined ? {} : { anchor }) }
    }
  }
  if (held) yield held
}
