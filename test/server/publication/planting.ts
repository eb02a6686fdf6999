/**
 * Plants a word into every column of the database that is not published, so that a test finds where one comes out. A new column
 * is planted as well, until it is named here as published.
 */
import type { Database } from '#server/database/client.ts'

/** Tables with published rows: these columns say what is published, or which rows are. */
const published: Readonly<Record<string, readonly string[]>> = {
  Settings: [
    'organizationName',
    'organization',
    'authorityHints',
    'trustAnchorHints',
    'trustMarks',
    'trustMarkIssuers',
    'trustMarkOwners',
    'metadataPolicy',
    'constraints',
    'trustAnchors', // read as key sets; only /resolve uses them
    'endpoints',
    'endpointAuthMethods',
  ],
  Subordinate: [
    'entityId',
    'entityTypes',
    'metadata',
    'forcedMetadata',
    'metadataPolicy',
    'constraints',
    'jwks',
    'requiredTrustMarks',
    'additionalClaims',
    'entityConfiguration',
    'statement',
  ],
  TrustMarkType: ['type', 'logoUri', 'ref', 'owner'],
  TrustMark: ['entityId', 'additionalClaims', 'delegation', 'jwt', 'kid'],
  IssuedTrustMark: ['hash', 'kid'],
  StatusList: ['kid'],
}

/** Tables that the publisher works with while it publishes, and those of the database itself. */
const apart = ['Anchor', 'OutboxEntry', 'PublisherLease', 'CurrentAnchor', '_prisma_migrations']

type Column = { table: string; name: string; type: string; hasValue: boolean }

/** Not the number by default, which is that of the only row of some tables. */
const needsValue = ({ name, hasValue }: Column) => !hasValue || name === 'id'

/** The word of a column. */
export const wordOf = (table: string, column: string) => `planted-${table}-${column}`.toLowerCase()

/** As SQL; undefined for what has no text. */
function textOf({ table, name, type }: Column): string | undefined {
  const word = `'${wordOf(table, name)}'`
  const values: Record<string, string> = {
    text: word,
    ARRAY: `ARRAY[${word}]`,
    jsonb: `to_jsonb(${word}::text)`,
    bytea: `convert_to(${word}, 'UTF8')`,
  }
  return values[type]
}

const others: Readonly<Record<string, string>> = {
  smallint: '1001',
  integer: '1000001',
  bigint: '1000001',
  boolean: 'false',
  'timestamp without time zone': 'now()',
  'double precision': '1',
}

/** `db` must be a superuser, so that a row needs none of those to which it refers. Returns the words. */
export async function plantWords(db: Database): Promise<string[]> {
  const columns: Column[] = await db.$queryRawUnsafe(`
    SELECT c.table_name AS table, column_name AS name, data_type AS type,
      is_nullable = 'YES' OR column_default IS NOT NULL AS "hasValue"
    FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`)
  const planted: string[] = []
  await db.$transaction(async (tx) => {
    await tx.$executeRawUnsafe(`SET LOCAL session_replication_role = 'replica'`)
    for (const [table, all] of Map.groupBy(columns, (column) => column.table)) {
      if (apart.includes(table)) continue
      const own = all.filter((column) => textOf(column) && !published[table]?.includes(column.name))
      if (own.length === 0) continue
      const count = await tx.$executeRawUnsafe(published[table] ? update(table, own) : insert(table, all))
      if (count === 0) throw new Error(`the table ${table} has no published row to plant words beside`)
      planted.push(...own.map(({ name }) => wordOf(table, name)))
    }
  })
  return planted
}

function update(table: string, columns: readonly Column[]): string {
  return `UPDATE public."${table}" SET ${columns.map((column) => `"${column.name}" = ${textOf(column)}`).join(', ')}`
}

function insert(table: string, columns: readonly Column[]): string {
  const given = columns.flatMap((column) => {
    const value = textOf(column) ?? (needsValue(column) ? others[column.type] : undefined)
    return value === undefined ? [] : [{ name: `"${column.name}"`, value }]
  })
  const names = given.map(({ name }) => name).join(', ')
  return `INSERT INTO public."${table}" (${names}) VALUES (${given.map(({ value }) => value).join(', ')})`
}
