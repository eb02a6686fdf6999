/** Reads rows of several anchors with one statement. */
import { Prisma } from '#prisma/generated/client/client.ts'
import { toSchema } from '#server/database/anchor-client.ts'
import type { Database } from '#server/database/client.ts'

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
