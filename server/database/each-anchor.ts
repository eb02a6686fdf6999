/** Reads of several anchors with one statement: their rows, and their names. */
import { schemaOf } from '#prisma/anchor-schema.ts'
import { Prisma } from '#prisma/generated/client/client.ts'
import { toSchema } from '#server/database/anchor-client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'

type Identity = { slug: string; isFirst: boolean }
type Found<Row> = Row & { slug: string }

/** Milliseconds for which the tables of an anchor may be locked, such as by its restoration. */
const LOCKED_MS = 1_000

/**
 * The rows of the query in each of these anchors, with the slug. One that cannot be read leaves the others. `db`: of the
 * installation. @throws an error of the database, if none can be read
 */
export async function readInEach<Row>(
  db: Database,
  anchors: readonly Identity[],
  query: Prisma.Sql,
): Promise<Found<Row>[]> {
  try {
    const [, rows] = await db.$transaction([
      db.$executeRaw`SELECT set_config('lock_timeout', ${String(LOCKED_MS)}, true)`,
      db.$queryRaw<Found<Row>[]>(inEach(anchors, query)),
    ])
    return rows
  } catch (error) {
    if (anchors.length < 2) throw error
    const alone = await Promise.allSettled(anchors.map((anchor) => readInEach<Row>(db, [anchor], query)))
    if (alone.every(({ status }) => status === 'rejected')) throw error
    return alone.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
  }
}

function inEach(anchors: readonly Identity[], { strings, values }: Prisma.Sql): Prisma.Sql {
  const each = anchors.map(({ slug, isFirst }) => {
    const query = new Prisma.Sql(strings.map(toSchema(slug, isFirst)), values)
    return Prisma.sql`SELECT ${slug}::text AS "slug", a.* FROM (${query}) AS a`
  })
  return Prisma.join(each, ' UNION ALL ')
}

type Client = Pick<Database | Transaction, 'anchor' | '$queryRawUnsafe'>
type Row = { displayName: string | null; organizationName: string | null }

/** In the order of the slugs. The first anchor has no name until its settings have one. */
export async function readAnchorNames(db: Client, slugs: readonly string[]): Promise<string[]> {
  const rows = await db.anchor.findMany({ where: { slug: { in: [...slugs] } }, orderBy: { slug: 'asc' } })
  const names: string[] = []
  for (const { slug, entityId } of rows) {
    const schema = slug === FIRST_ANCHOR ? 'public' : schemaOf(slug)
    const [settings] = await db.$queryRawUnsafe<Row[]>(
      `SELECT "displayName", "organizationName" FROM "${schema}"."Settings" WHERE "id" = 1`,
    )
    const name = settings?.displayName ?? settings?.organizationName ?? entityId
    if (name) names.push(name)
  }
  return names
}
