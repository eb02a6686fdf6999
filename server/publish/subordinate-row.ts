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

const unixColumns = Prisma.raw(
  seconds.map((name) => `floor(extract(epoch FROM "${name}"))::int AS "${name}"`).join(', '),
)

/** The active ones. */
export async function readSubordinateRows(db: Database, where: Prisma.Sql): Promise<SubordinateRow[]> {
  const rows: Raw[] = await db.$queryRaw`
    SELECT "id", "entityId", array_to_json("entityTypes")::text AS "entityTypes", "intermediate", "forcedMetadata",
      "metadataPolicy", "constraints", "jwks", "additionalClaims", "validFor", "autorenew", "entityConfiguration",
      "statement", "statementBasis", "version", "unsignedChanges", ${unixColumns}
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

/** Yields all active ones, page by page. By identifier, so that rows of one page belong to few pages of the list. */
export async function* allSubordinateRows(db: Database, page: number): AsyncGenerator<SubordinateRow[]> {
  for (let after = ''; ; ) {
    const rows = await readSubordinateRows(
      db,
      Prisma.sql`"entityId" > ${after} ORDER BY "entityId" LIMIT ${page}`,
    )
    const last = rows.at(-1)
    if (!last) return
    yield rows
    after = last.entityId
  }
}

export const findSubordinateRows = (db: Database, entityIds: readonly string[]) =>
  readSubordinateRows(db, Prisma.sql`"entityId" = ANY (${[...entityIds]})`)
