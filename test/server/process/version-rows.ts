/** Reads and inserts rows of databases of any version. */
import pg from 'pg'
import { quote } from '#server/backup/tables.ts'
import type { TestDatabase } from '#test/helpers/database.ts'

export type Row = Record<string, unknown>
type Place = Pick<TestDatabase, 'url'>

export async function query({ url }: Place, statement: string, values: unknown[] = []) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    // Rows come table by table, and refer to each other.
    await client.query('SET session_replication_role = replica')
    return (await client.query(statement, values)).rows
  } finally {
    await client.query('RESET session_replication_role') // PGlite has one session, and migrations need the triggers
    await client.end()
  }
}

export async function columnsByTable(database: Place): Promise<Map<string, string[]>> {
  const rows = await query(
    database,
    `SELECT table_name AS table, array_agg(column_name::text) AS columns FROM information_schema.columns
     NATURAL JOIN information_schema.tables
     WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> '_prisma_migrations' GROUP BY 1`,
  )
  return new Map(rows.map((row) => [String(row.table), row.columns]))
}

export async function rowsOf(database: Place, table: string, columns: string[]): Promise<Row[]> {
  const list = columns.map(quote).join(', ')
  const rows = await query(database, `SELECT to_json(t) AS row FROM (SELECT ${list} FROM ${quote(table)}) t`)
  return rows.map(({ row }) => row).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

export async function insert(database: Place, table: string, rows: Row[]): Promise<void> {
  const source = `json_populate_recordset(NULL::${quote(table)}, $1::json)`
  await query(database, `INSERT INTO ${quote(table)} SELECT * FROM ${source}`, [JSON.stringify(rows)])
  const numbers = rows.flatMap(({ id }) => (typeof id === 'number' ? [id] : []))
  const sequence = `pg_get_serial_sequence('${quote(table)}', 'id')`
  if (numbers.length > 0) await query(database, `SELECT setval(${sequence}, ${Math.max(...numbers)})`)
}
