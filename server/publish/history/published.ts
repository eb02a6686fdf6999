/** Keeps what a publication writes into Redis, by the kinds of objects. */
import { Prisma } from '#prisma/generated/client/client.ts'
import {
  endObjects,
  endWhere,
  type KeepContext,
  keep,
  keepRange,
  type Range,
} from '#server/publish/history/keep.ts'
import { type Kept, LONGEST_SECOND } from '#server/publish/history/kind.ts'
import type { PublishedIssue, PublishedSubordinate, PublishedTrustMark } from '#server/publish/write.ts'
import { formatStatusListBytes } from '#store/status-list.ts'
import { formatTrustMarkRevocation } from '#store/trust-mark-record.ts'

const markKept = <Value>(value: Value) => value as Kept<Value> // the symbol exists for the compiler only

/** The Entity Configuration or the historical keys. */
export async function keepOwn(
  context: KeepContext,
  kind: 'entity-configuration' | 'historical-keys',
  jwt: string,
): Promise<Kept<string>> {
  await keep(context, kind, [{ subject: '', bytes: jwt }])
  return markKept(jwt)
}

type Subordinates = readonly PublishedSubordinate[]

export async function keepStatements(context: KeepContext, page: Subordinates): Promise<Kept<Subordinates>> {
  await keep(context, 'statement', page.map(toStatement))
  return markKept(page)
}

/** The page has all statements about the subordinates of the range. */
export async function keepStatementsOf(
  context: KeepContext,
  page: Subordinates,
  range: Range,
): Promise<Kept<Subordinates>> {
  await keepRange(context, 'statement', page.map(toStatement), range)
  return markKept(page)
}

const toStatement = ({ entityId: subject, statement: bytes }: PublishedSubordinate) => ({ subject, bytes })

export async function endStatements(
  context: KeepContext,
  entityIds: readonly string[],
): Promise<Kept<readonly string[]>> {
  const subjects = entityIds.map((subject) => ({ subject }))
  await endObjects(context, 'statement', subjects)
  return markKept(entityIds)
}

type TrustMarks = readonly PublishedTrustMark[]

/** With the revocations of all JWTs that were issued for them. */
export async function keepTrustMarks(context: KeepContext, marks: TrustMarks): Promise<Kept<TrustMarks>> {
  const objects = marks.map((mark) => ({
    ...mark,
    subject: mark.entityId,
    second: mark.type,
    bytes: mark.jwt,
  }))
  const [revoked, valid] = [objects.filter((mark) => mark.revoked), objects.filter((mark) => !mark.revoked)]
  await keep(context, 'trust-mark', valid)
  await endObjects(context, 'trust-mark', revoked)
  await keepRevocations(
    context,
    marks.flatMap(({ issued }) => issued),
  )
  return markKept(marks)
}

type Issues = readonly PublishedIssue[]

/** A JWT that is not revoked is published as a hash only. */
export async function keepRevocations(context: KeepContext, issued: Issues): Promise<Kept<Issues>> {
  const revocations = issued.flatMap(({ hash: subject, revokedAt }) =>
    revokedAt === null ? [] : { subject, bytes: formatTrustMarkRevocation({ revoked_at: revokedAt }) },
  )
  await keep(context, 'revocation', revocations)
  return markKept(issued)
}

/** `bytes`: as the token has them before compression. Returns them as Redis has them. */
export async function keepStatusList(
  context: KeepContext,
  { list, type, bytes }: { list: number; type: string; bytes: Buffer },
): Promise<Kept<Buffer>> {
  const stored = formatStatusListBytes(bytes)
  await keep(context, 'status-list', [{ subject: String(list), second: type, bytes: stored }])
  return markKept(stored)
}

/** Called after a rebuild has kept everything: what the database lost, by a restore or by hand, is not published any more. */
export async function endOthers(context: KeepContext): Promise<void> {
  await endWhere(
    context,
    'trust-mark',
    Prisma.sql`NOT EXISTS (
      SELECT FROM "TrustMark" AS mark JOIN "TrustMarkType" AS type ON type."id" = mark."trustMarkTypeId"
      WHERE mark."entityId" = object."subject" AND object."second" = CASE
          WHEN octet_length(type."type") > ${LONGEST_SECOND} THEN encode(sha256(convert_to(type."type", 'UTF8')), 'hex')
          ELSE type."type" END AND mark."active")`,
  )
  await endWhere(
    context,
    'revocation',
    Prisma.sql`NOT EXISTS (
      SELECT FROM "IssuedTrustMark" WHERE "hash" = object."subject" AND "revokedAt" IS NOT NULL)`,
  )
  await endWhere(
    context,
    'status-list',
    Prisma.sql`NOT EXISTS (SELECT FROM "IssuedTrustMark" WHERE "statusListNumber"::text = object."subject")
      AND NOT EXISTS (SELECT FROM "StatusList" WHERE "number"::text = object."subject" AND "keptBits" IS NOT NULL)`,
  )
}
