/**
 * A client of the database for one anchor. It writes the anchor's schema before every table of anchors in every query,
 * also in raw SQL, so that no query can reach another anchor.
 */
import { PrismaPg } from '@prisma/adapter-pg'
import type { SqlQueryable } from '@prisma/driver-adapter-utils'
import type pg from 'pg'
import { schemaOf, scopedNames } from '#prisma/anchor-schema.ts'
import { Prisma } from '#prisma/generated/client/client.ts'
import { createClient, type Database } from '#server/database/client.ts'

/** The pool stays open when the client disconnects. */
export function connectAnchor(pool: pg.Pool, slug: string, isFirst: boolean): Database {
  return createClient(new AnchorAdapter(pool, toSchema(slug, isFirst)))
}

/** The rows of a query in each of these anchors, beside its "slug": one statement for the database of the installation. */
export function inEachAnchor(
  anchors: readonly { slug: string; isFirst: boolean }[],
  { strings, values }: Prisma.Sql,
): Prisma.Sql {
  const each = anchors.map(({ slug, isFirst }) => {
    const query = new Prisma.Sql(strings.map(toSchema(slug, isFirst)), values)
    return Prisma.sql`SELECT ${slug}::text AS "slug", a.* FROM (${query}) AS a`
  })
  return Prisma.join(each, ' UNION ALL ')
}

type Rewrite = (sql: string) => string

function toSchema(slug: string, isFirst: boolean): Rewrite {
  const names = isFirst ? scopedNames.first : scopedNames.other
  const tables = new RegExp(`(?:"public"\\.)?"(${names.join('|')})"`, 'g')
  const inSchema = `"${schemaOf(slug)}"."$1"`
  return (sql) => sql.replace(tables, inSchema)
}

class AnchorAdapter extends PrismaPg {
  readonly #rewrite: Rewrite

  constructor(pool: pg.Pool, rewrite: Rewrite) {
    super(pool)
    this.#rewrite = rewrite
  }

  override async connect() {
    const adapter = rewriting(await super.connect(), this.#rewrite)
    const startTransaction = adapter.startTransaction.bind(adapter)
    adapter.startTransaction = async (level) => rewriting(await startTransaction(level), this.#rewrite)
    return adapter
  }
}

function rewriting<Queryable extends SqlQueryable>(queryable: Queryable, rewrite: Rewrite): Queryable {
  const queryRaw = queryable.queryRaw.bind(queryable)
  const executeRaw = queryable.executeRaw.bind(queryable)
  queryable.queryRaw = (query) => queryRaw({ ...query, sql: rewrite(query.sql) })
  queryable.executeRaw = (query) => executeRaw({ ...query, sql: rewrite(query.sql) })
  return queryable
}
