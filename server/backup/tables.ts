/** Lists the tables of a backup, in an order in which their rows can be inserted. */
import type { Client } from 'pg'
import { installationModels, schemaOf } from '#prisma/anchor-schema.ts'
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
