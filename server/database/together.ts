/** Reads what several parts of an answer ask for at the same moment with one statement. */
import DataLoader from 'dataloader'
import { Prisma } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'

type Reader = Pick<Database | Transaction, '$queryRaw'>
type Rows = Record<string, unknown>[]

/** Enough for a page; more queries are a second statement. */
const AT_A_TIME = 500

const loaders = new WeakMap<Reader, DataLoader<Prisma.Sql, Rows>>()

/**
 * The rows of a query that reads few of them: they travel as JSON, in which a time is text. `times` names the columns that
 * are times.
 */
export async function readTogether<Row extends object>(
  db: Reader,
  query: Prisma.Sql,
  times: readonly (keyof Row & string)[] = [],
): Promise<Row[]> {
  const rows = await loaderOf(db).load(query)
  return rows.map((row) => {
    const read = times.map((name) => [name, toTime(row[name])])
    return { ...row, ...Object.fromEntries(read) } as Row // the columns of the query
  })
}

/** Of a query that always has one row. */
export async function readOneTogether<Row extends object>(
  ...place: Parameters<typeof readTogether<Row>>
): Promise<Row> {
  const [row] = await readTogether<Row>(...place)
  if (!row) throw new Error('The query has no row.')
  return row
}

/** How many rows there are: `SELECT count(*) FROM` what is given. */
export async function countTogether(db: Reader, rows: Prisma.Sql): Promise<number> {
  const query = Prisma.sql`SELECT count(*)::int AS "count" FROM ${rows}`
  return (await readOneTogether<{ count: number }>(db, query)).count
}

function loaderOf(db: Reader): DataLoader<Prisma.Sql, Rows> {
  const known = loaders.get(db)
  if (known) return known
  const loader = new DataLoader((queries: readonly Prisma.Sql[]) => readEach(db, queries), {
    cache: false,
    maxBatchSize: AT_A_TIME,
  })
  loaders.set(db, loader)
  return loader
}

/** The database answered, and refused a query. */
const isOfQuery = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2010'

/** A query that fails fails alone. */
async function readEach(db: Reader, queries: readonly Prisma.Sql[]): Promise<(Rows | Error)[]> {
  try {
    return await readAll(db, queries)
  } catch (error) {
    if (queries.length === 1 || !isOfQuery(error)) throw error
    const alone = await Promise.allSettled(queries.map((query) => readAll(db, [query])))
    return alone.map((each) => (each.status === 'fulfilled' ? (each.value[0] ?? []) : each.reason))
  }
}

async function readAll(db: Reader, queries: readonly Prisma.Sql[]): Promise<Rows[]> {
  const different = new Map(queries.map((query) => [keyOf(query), query]))
  const columns = [...different.values()].map(
    (query) => Prisma.sql`to_jsonb(ARRAY(SELECT to_jsonb(t) FROM (${query}) AS t))`,
  )
  const [row] = await db.$queryRaw<
    [{ found: Rows[] }]
  >`SELECT to_jsonb(ARRAY[${Prisma.join(columns)}]) AS "found"`
  const places = [...different.keys()]
  return queries.map((query) => row.found[places.indexOf(keyOf(query))] ?? [])
}

/** Several parts ask for the same, such as the settings. */
const keyOf = ({ sql, values }: Prisma.Sql): string => JSON.stringify([sql, values])

/** Columns of times have no zone, and mean UTC. */
const toTime = (text: unknown): Date | null => (typeof text === 'string' ? new Date(`${text}Z`) : null)
