/** Lists the tables of a backup, in an order in which their rows can be inserted. */
import { type Client, DatabaseError } from 'pg'
import { installationModels, schemaOf } from '#prisma/anchor-schema.ts'
import { BackupError } from '#server/backup/backup-error.ts'
import type { Row } from '#server/backup/document.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'

/** Not in a backup: the server rebuilds them, or they must not be in force after a restore. */
const transient = [
  '_prisma_migrations',
  'OutboxEntry',
  'PublisherLease',
  'DriftReport',
  'Superior',
  'PinnedAnchor',
  'OwnTrustMark',
  'Run',
  'RunItem',
  'SubordinateCheck',
  'AlertState',
  'CollectedEntity',
  'CollectedStatement',
  'CollectionEvaluation',
  'Delivery',
  'Session',
  'Verification',
  'Invitation',
  'RateLimit',
  'Mail',
]

/** Tables that a server fills at its first start: a database with no other rows counts as empty. */
const prepared = [
  ...transient,
  ...['Anchor', 'Settings', 'Schedule', 'SigningKey', 'AuditHead'],
  ...['PublishedObject', 'PastObject', 'ObjectContent', 'ContentBundle'],
]

export const quote = (name: string) => `"${name.replaceAll('"', '""')}"`

export const PUBLIC = 'public'

/** The schema of an anchor's tables. Those of the first anchor are with those of the installation. */
export const schemaOfAnchor = (slug: string) => (slug === FIRST_ANCHOR ? PUBLIC : schemaOf(slug))

export const isOfInstallation = (table: string) => installationModels.includes(table)

export const inSchema = (schema: string, table: string) => `${quote(schema)}.${quote(table)}`

export async function allTables(client: Client, schema: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables
     WHERE table_schema = $1 AND table_type = 'BASE TABLE' ORDER BY 1`,
    [schema],
  )
  return rows.map(({ name }) => name)
}

/** Each table follows the tables that it refers to. */
export async function tablesToKeep(client: Client, schema: string): Promise<string[]> {
  const left = new Set((await allTables(client, schema)).filter((name) => !transient.includes(name)))
  const { rows } = await client.query<{ child: string; parent: string }>(
    `SELECT c.relname AS child, p.relname AS parent FROM pg_constraint k
     JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid
     JOIN pg_namespace n ON n.oid = k.connamespace
     WHERE k.contype = 'f' AND n.nspname = $1 AND c.oid <> p.oid`,
    [schema],
  )
  const ordered: string[] = []
  while (left.size > 0) {
    const ready = [...left].filter(
      (name) => !rows.some(({ child, parent }) => child === name && left.has(parent)),
    )
    if (ready.length === 0)
      throw new TypeError(`tables refer to each other in a circle: ${[...left].join(', ')}`)
    for (const name of ready) left.delete(name)
    ordered.push(...ready)
  }
  return ordered
}

/** The first of the tables that holds data of users. */
export async function findContent(
  client: Client,
  schema: string,
  tables: readonly string[],
): Promise<string | undefined> {
  for (const name of tables) {
    if (prepared.includes(name)) continue
    const { rowCount } = await client.query(`SELECT 1 FROM ${inSchema(schema, name)} LIMIT 1`)
    if (rowCount) return name
  }
  return undefined
}

/** Sets each sequence to the highest number in its column. */
export async function continueSequences(client: Client, schema: string): Promise<void> {
  const { rows } = await client.query<{ table: string; column: string }>(
    `SELECT table_name AS table, column_name AS column FROM information_schema.columns
     WHERE table_schema = $1 AND column_default LIKE 'nextval(%'`,
    [schema],
  )
  for (const { table, column } of rows) {
    const name = inSchema(schema, table)
    await client.query(
      `SELECT setval(pg_get_serial_sequence($1, $2), max(${quote(column)})) FROM ${name}
       HAVING max(${quote(column)}) IS NOT NULL`,
      [name, column],
    )
  }
}

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
