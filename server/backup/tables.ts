/** Lists the tables of a backup, in an order in which their rows can be inserted. */
import type { Client } from 'pg'

/** Not in a backup: the server rebuilds them, or they must not be in force after a restore. */
const transient = [
  '_prisma_migrations',
  'OutboxEntry',
  'PublisherLease',
  'DriftReport',
  'Superior',
  'RenewalRun',
  'RenewalRunItem',
  'SubordinateCheck',
  'AlertState',
  'CollectedEntity',
  'CollectedStatement',
  'CollectionEvaluation',
  'Session',
  'Verification',
  'Invitation',
  'RateLimit',
]

/** Tables that a server fills at its first start: a database with no other rows counts as empty. */
const prepared = [...transient, 'Anchor', 'Settings', 'Schedule', 'SigningKey', 'AuditHead']

export const quote = (name: string) => `"${name.replaceAll('"', '""')}"`

export async function allTables(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables
     WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1`,
  )
  return rows.map(({ name }) => name)
}

/** Each table follows the tables that it refers to. */
export async function tablesToKeep(client: Client): Promise<string[]> {
  const left = new Set((await allTables(client)).filter((name) => !transient.includes(name)))
  const { rows } = await client.query<{ child: string; parent: string }>(
    `SELECT c.relname AS child, p.relname AS parent FROM pg_constraint k
     JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid
     WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace AND c.oid <> p.oid`,
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

/** The first table that holds data of users. */
export async function findContent(client: Client): Promise<string | undefined> {
  for (const name of await allTables(client)) {
    if (prepared.includes(name)) continue
    const { rowCount } = await client.query(`SELECT 1 FROM ${quote(name)} LIMIT 1`)
    if (rowCount) return name
  }
  return undefined
}

/** Sets each sequence to the highest restored number. */
export async function continueSequences(client: Client, tables: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ table: string; column: string }>(
    `SELECT table_name AS table, column_name AS column FROM information_schema.columns
     WHERE table_schema = 'public' AND column_default LIKE 'nextval(%'`,
  )
  for (const { table, column } of rows.filter(({ table }) => tables.includes(table))) {
    await client.query(
      `SELECT setval(pg_get_serial_sequence($1, $2), max(${quote(column)})) FROM ${quote(table)}
       HAVING max(${quote(column)}) IS NOT NULL`,
      [`public.${quote(table)}`, column],
    )
  }
}
