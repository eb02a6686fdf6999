/** Reads of subordinates what their statements and the published data are made of, in the form that is read fastest. */
import { Prisma, type Subordinate } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'

/** Times without fractions of a second. */
export type SubordinateRow = Pick<
  Subordinate,
  | 'id'
  | 'entityId'
  | 'entityTypes'
  | 'intermediate'
  | 'registeredAt'
  | 'forcedMetadata'
  | 'metadataPolicy'
  | 'constraints'
  | 'jwks'
  | 'additionalClaims'
  | 'validFor'
  | 'autorenew'
  | 'failingSince'
  | 'entityConfiguration'
  | 'statement'
  | 'statementBasis'
  | 'statementIssuedAt'
  | 'statementExpiresAt'
  | 'version'
  | 'unsignedChanges'
>

const seconds = [
  'registeredAt',
  'failingSince',
  'statementIssuedAt',
  'statementExpiresAt',
] as const satisfies (keyof SubordinateRow)[]

/** Arrays and times are parsed faster from these forms. */
type Raw = Omit<SubordinateRow, 'entityTypes' | (typeof seconds)[number]> &
  Record<(typeof seconds)[number], number | null> & { entityTypes: string }

/** A column in unix seconds. */
export const unixTime = (name: (typeof seconds)[number]) =>
  Prisma.raw(`floor(date_part('epoch', "${name}"))::int`)

const unixColumns = Prisma.join(
  seconds.map((name) => Prisma.sql`${unixTime(name)} AS ${Prisma.raw(`"${name}"`)}`),
)

/** The active ones. `statement`: what is read of it. */
async function readSubordinateRows(
  db: Database,
  where: Prisma.Sql,
  statement = Prisma.sql`"statement"`,
): Promise<SubordinateRow[]> {
  const rows: Raw[] = await db.$queryRaw`
    SELECT "id", "entityId", array_to_json("entityTypes")::text AS "entityTypes", "intermediate", "forcedMetadata",
      "metadataPolicy", "constraints", "jwks", "additionalClaims", "validFor", "autorenew", "entityConfiguration",
      ${statement} AS "statement", "statementBasis", "version", "unsignedChanges", ${unixColumns}
    FROM "Subordinate" WHERE "active" AND ${where}`
  return rows.map((row) => ({
    ...row,
    entityTypes: JSON.parse(row.entityTypes),
    registeredAt: toDate(row.registeredAt ?? 0),
    failingSince: row.failingSince === null ? null : toDate(row.failingSince),
    statementIssuedAt: row.statementIssuedAt === null ? null : toDate(row.statementIssuedAt),
    statementExpiresAt: row.statementExpiresAt === null ? null : toDate(row.statementExpiresAt),
  }))
}

const toDate = (unix: number) => new Date(unix * 1000)

/** Of a page: identifiers after the first one, up to the last one. */
export type Bounds = { after: string; last: string }

/** Yields the bounds of pages of all subordinates. By identifier, so that rows of one page belong to few pages of the list. */
export async function* allBounds(db: Database, page: number): AsyncGenerator<Bounds> {
  for (let after = ''; ; ) {
    const [row] = await db.$queryRaw<{ last: string | null }[]>`
      SELECT max("entityId") AS "last"
      FROM (SELECT "entityId" FROM "Subordinate" WHERE "entityId" > ${after} ORDER BY "entityId" LIMIT ${page}) AS page`
    if (!row?.last) return
    yield { after, last: row.last }
    after = row.last
  }
}

/** Yields all active ones, page by page. By identifier, so that rows of one page belong to few pages of the list. */
export async function* allSubordinateRows(
  db: Database,
  page: number,
  statement: Prisma.Sql,
): AsyncGenerator<SubordinateRow[]> {
  for (let after = ''; ; ) {
    const where = Prisma.sql`"entityId" > ${after} ORDER BY "entityId" LIMIT ${page}`
    const rows = await readSubordinateRows(db, where, statement)
    const last = rows.at(-1)
    if (!last) return
    yield rows
    after = last.entityId
  }
}

export const findSubordinateRows = (db: Database, entityIds: readonly string[]) =>
  readSubordinateRows(db, Prisma.sql`"entityId" = ANY (${[...entityIds]})`)
