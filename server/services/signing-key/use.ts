/** Counts the valid signatures of each key: in published data, and in copies that clients may still hold. */
import { Prisma, type SigningKey } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { readTogether } from '#server/database/together.ts'

export type KeyUse = {
  /** Published Subordinate Statements that it signed, and when the last of them expires. */
  statements: number
  statementsUntil: Date | null
  /** The same for published Trust Marks. */
  trustMarks: number
  trustMarksUntil: Date | null
  /** Replaced Trust Marks that are still valid. */
  replacedTrustMarks: number
  /** When the last of its signatures expires, on replaced statements and marks too; null when all have expired. */
  neededUntil: Date | null
}

type Counted = { kid: string; count: number; until: Date }

/** The uses by `kid`, with one statement for any number of keys. Few bases are different, so only those are taken apart. */
export async function findKeyUses(db: Database | Transaction, now: Date): Promise<(kid: string) => KeyUse> {
  // A statement's basis ends with the kid (publish/statements.ts).
  const statements = Prisma.sql`
    SELECT substring(basis FROM '^[0-9]+[.][0-9]+[.](.*)$') AS "kid", sum(count)::int AS "count", max(until) AS "until"
    FROM (
      SELECT "statementBasis" AS basis, count(*) AS count, max("statementExpiresAt") AS until FROM "Subordinate"
      WHERE "active" AND "statementBasis" IS NOT NULL AND "statementExpiresAt" > now() AT TIME ZONE 'utc'
      GROUP BY 1) AS bases
    GROUP BY 1`
  const marks = Prisma.sql`
    SELECT "kid", count(*)::int AS "count", max("expiresAt") AS "until" FROM "TrustMark"
    WHERE "active" AND "expiresAt" > now() AT TIME ZONE 'utc' GROUP BY "kid"`
  const issued = Prisma.sql`
    SELECT "kid", count(*)::int AS "count", max("expiresAt") AS "until" FROM "IssuedTrustMark"
    WHERE "revokedAt" IS NULL AND "expiresAt" > now() AT TIME ZONE 'utc' GROUP BY "kid"`
  const keys = Prisma.sql`SELECT "kid", "statementsUntil" FROM "SigningKey"`
  const [ofStatements, ofMarks, ofIssued, rows] = await Promise.all([
    readTogether<Counted>(db, statements, ['until']),
    readTogether<Counted>(db, marks, ['until']),
    readTogether<Counted>(db, issued, ['until']),
    readTogether<Pick<SigningKey, 'kid' | 'statementsUntil'>>(db, keys, ['statementsUntil']),
  ])

  return (kid) => {
    const of = (counted: readonly Counted[]) => counted.find((row) => row.kid === kid)
    const [statement, mark, everyMark] = [of(ofStatements), of(ofMarks), of(ofIssued)]
    const heldUntil = rows.find((row) => row.kid === kid)?.statementsUntil ?? null
    return {
      statements: statement?.count ?? 0,
      statementsUntil: statement?.until ?? null,
      trustMarks: mark?.count ?? 0,
      trustMarksUntil: mark?.until ?? null,
      replacedTrustMarks: (everyMark?.count ?? 0) - (mark?.count ?? 0),
      neededUntil: latest([statement?.until, everyMark?.until, heldUntil], now),
    }
  }
}

function latest(times: readonly (Date | null | undefined)[], now: Date): Date | null {
  const ahead = times.filter((time) => time !== null && time !== undefined && time > now)
  return ahead.length > 0 ? new Date(Math.max(...ahead.map(Number))) : null
}
