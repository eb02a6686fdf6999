/** Reads what Redis should say of subordinates from the database, in the form that is read fastest. */
import { Prisma } from '#prisma/generated/client/client.ts'
import { toUnix } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { readSettings } from '#server/database/settings.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { subordinateInfo } from '#server/publish/rows.ts'
import { type CurrencyContext, findFault } from '#server/publish/statements.ts'
import type { KindFacts } from '#server/publish/write.ts'
import { formatSubordinateInfo } from '#store/subordinate-info.ts'

/** Rows per page: one round trip to each store. */
const PAGE = 1_000

export type ExpectedSubordinate = {
  entityId: string
  statement: string
  configuration: string
  info: string
  facts: KindFacts
  /** Why the statement has to be signed again. */
  fault: string | null
}

/** Yields every one, in pages. */
export async function* expectedPages(context: PublishContext): AsyncGenerator<ExpectedSubordinate[]> {
  const currency = await readCurrency(context)
  for (let after = 0; ; ) {
    const rows = await readRows(context.db, Prisma.sql`"id" > ${after} ORDER BY "id" LIMIT ${PAGE}`)
    const last = rows.at(-1)
    if (!last) return
    yield rows.map((row) => toExpected(row, currency))
    after = last.id
  }
}

/** Of these; one that is inactive or was never signed is not published. */
export async function findExpected(
  context: PublishContext,
  entityIds: readonly string[],
): Promise<ExpectedSubordinate[]> {
  const currency = await readCurrency(context)
  const rows = await readRows(context.db, Prisma.sql`"entityId" = ANY (${[...entityIds]})`)
  return rows.map((row) => toExpected(row, currency))
}

async function readCurrency({ db, entityId, signingKeys, now }: PublishContext): Promise<CurrencyContext> {
  const { signer } = signingKeys.current()
  return { entityId, settings: await readSettings(db), signer, now: toUnix(now()) }
}

/** Times are unix seconds. */
type Row = {
  id: number
  entityId: string
  statement: string
  entityConfiguration: string
  entityTypes: string
  intermediate: boolean
  registeredAt: number
  statementIssuedAt: number
  statementExpiresAt: number
  statementBasis: string | null
  version: number
  unsignedChanges: number
  jwks: Prisma.JsonValue
  /** It is renewed automatically, and passes its checks. */
  isRenewed: boolean
}

const unix = (column: string) => Prisma.raw(`floor(extract(epoch FROM "${column}"))::int AS "${column}"`)

const readRows = (db: Database, where: Prisma.Sql): Promise<Row[]> => db.$queryRaw`
  SELECT "id", "entityId", "statement", "entityConfiguration", array_to_json("entityTypes")::text AS "entityTypes",
    "intermediate", ${unix('registeredAt')}, ${unix('statementIssuedAt')}, ${unix('statementExpiresAt')},
    "statementBasis", "version", "unsignedChanges", "jwks",
    "autorenew" AND "failingSince" IS NULL AS "isRenewed"
  FROM "Subordinate"
  WHERE "active" AND "statement" IS NOT NULL AND "statementIssuedAt" IS NOT NULL AND "statementExpiresAt" IS NOT NULL
    AND ${where}`

function toExpected(row: Row, currency: CurrencyContext): ExpectedSubordinate {
  const signed = {
    ...row,
    entityTypes: JSON.parse(row.entityTypes),
    registeredAt: new Date(row.registeredAt * 1000),
    statementIssuedAt: new Date(row.statementIssuedAt * 1000),
    statementExpiresAt: new Date(row.statementExpiresAt * 1000),
  }
  const facts = subordinateInfo(signed)
  const fault = findFault(signed, currency)
  return {
    entityId: row.entityId,
    statement: row.statement,
    configuration: row.entityConfiguration,
    info: formatSubordinateInfo(facts),
    facts,
    // The statement of a member that fails its checks, or is not renewed automatically, is meant to expire.
    fault: fault === 'expired' && !row.isRenewed ? null : fault,
  }
}
