/** Tests the migrations: they can be repeated, and produce the data model of schema.prisma. */
import pg from 'pg'
import { beforeAll, expect, it } from 'vitest'
import { migrate } from '#prisma/migrate.ts'
import { startDatabase, type TestDatabase } from '#test/helpers/database.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { run } from '#test/helpers/program.ts'

let applied: string[]

const migrated = inFile(startDatabase)
const modelled = inFile(startDatabase)
beforeAll(async () => {
  const model = await printModel()
  applied = await migrate(migrated.url)
  await query(modelled, `CREATE EXTENSION pg_trgm; ${model}`)
})

async function query({ url }: TestDatabase, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}

/** The SQL that creates the data model of schema.prisma, as Prisma prints it for a migration. */
async function printModel(): Promise<string> {
  const program = run('prisma/diff.ts', [], { input: '' })
  expect(await program.ended).toEqual({ code: 0, signal: null })
  return program.stdout()
}

/** The entries of a catalog for our tables, sorted by table; the order of columns is ignored. */
const catalogs = {
  columns: `SELECT concat_ws(' ', table_name, column_name, udt_name, datetime_precision, is_nullable, column_default) AS line
    FROM information_schema.columns NATURAL JOIN information_schema.tables
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  // schema.prisma cannot name an index of an expression, of a part of the rows, or with included columns.
  indexes: `SELECT concat_ws(' ', indrelid::regclass, pg_get_indexdef(indexrelid)) AS line FROM pg_index
    WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
      AND indexprs IS NULL AND indpred IS NULL AND indnatts = indnkeyatts`,
  // The columns say what is not null, which PostgreSQL 18 also names.
  constraints: `SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS line
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'`,
}

async function read(database: TestDatabase, statement: string): Promise<string[]> {
  const rows = await query(database, statement)
  const lines = rows.map(({ line }) => String(line))
  return lines.filter((line) => !/^"?_prisma_migrations\b/.test(line)).sort()
}

it.each(Object.entries(catalogs))('create the %s of schema.prisma', async (_name, statement) => {
  const expected = await read(modelled, statement)
  expect(expected).toContainEqual(expect.stringMatching(/^"?Subordinate\b/))
  expect(await read(migrated, statement)).toEqual(expected)
})

it('apply once, and keep stored data when they run again', async () => {
  expect(applied).not.toEqual([])
  await query(migrated, `UPDATE "Settings" SET "organizationName" = 'Kept'`)
  expect(await migrate(migrated.url)).toEqual([])
  expect(await query(migrated, 'SELECT "organizationName" FROM "Settings"')).toEqual([
    { organizationName: 'Kept' },
  ])
})

it('create the two single rows', async () => {
  const count = async (table: string) =>
    (await query(migrated, `SELECT count(*)::int FROM "${table}"`))[0]?.count
  expect(await count('Settings')).toBe(1)
  expect(await count('PublisherLease')).toBe(1)
})
