/**
 * A client of the database for one anchor. It writes the anchor's schema before every table of anchors in every query,
 * also in raw SQL, so that no query can reach another anchor.
 */
import { PrismaPg } from '@prisma/adapter-pg'
import type { SqlQueryable } from '@prisma/driver-adapter-utils'
import type pg from 'pg'
import { schemaOf, scopedNames } from '#prisma/anchor-schema.ts'
import { createClient, type Database } from '#server/database/client.ts'

/** The pool stays open when the client disconnects. */
export function connectAnchor(pool: pg.Pool, slug: string, isFirst: boolean): Database {
  return createClient(new AnchorAdapter(pool, toSchema(slug, isFirst)))
}

/** Writes the schema of an anchor before each of its tables. */
export type Rewrite = (sql: string) => string

export function toSchema(slug: string, isFirst: boolean): Rewrite {
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
