/** Finds alerts about members and Trust Marks: what does not resolve, fails or expires. */
import { decodeJwt } from '#core/jws.ts'
import { Prisma } from '#prisma/generated/client/client.ts'
import { type AlertCode, type AlertSource, type FoundAlert, plural } from '#server/alerts/alert.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { readSettings } from '#server/database/settings.ts'
import { countTogether, readOneTogether, readTogether } from '#server/database/together.ts'
import { future } from '#server/publish/age.ts'
import { presentEntities } from '#server/services/collection/present.ts'
import { type SubordinateState, stateExpression } from '#server/services/subordinate/problem.ts'

type Context = { db: Database; now: Clock }

const DAY_MS = 86_400_000
const SOON_DAYS = 14
/** Milliseconds; a short absence repairs itself. */
const ABSENCE_MS = 3_600_000

const inDays = (now: Date) => new Date(now.getTime() + SOON_DAYS * DAY_MS)

type Troubled = {
  state: SubordinateState
  count: number
  since: Date
  id: number
  name: string
  reason: string | null
}

export const memberAlerts: AlertSource<Context> = async ({ db, now }) => {
  const query = Prisma.sql`
    SELECT "state", count(*)::int AS "count", min("since") AS "since",
      (array_agg("id" ORDER BY "since", "id"))[1] AS "id", (array_agg("name" ORDER BY "since", "id"))[1] AS "name",
      (array_agg("reason" ORDER BY "since", "id"))[1] AS "reason"
    FROM (
      SELECT ${stateExpression} AS "state", "id", coalesce("displayName", "entityId") AS "name",
        coalesce("unresolvableReason", "lastError") AS "reason",
        coalesce("unresolvableSince", "failingSince", "statementExpiresAt") AS "since"
      FROM "Subordinate"
      WHERE "active" AND ("failingSince" IS NOT NULL OR "unresolvableSince" IS NOT NULL
        OR "statementExpiresAt" <= now() AT TIME ZONE 'utc')
    ) AS troubled
    WHERE "state" <> 'UNREACHABLE' OR "since" <= ${new Date(now().getTime() - ABSENCE_MS)}::timestamp
    GROUP BY "state"`
  const rows = await readTogether<Troubled>(db, query, ['since'])
  return rows.flatMap(({ state, count, since, id, name, reason }) => {
    const row = byState[state]
    if (!row) return []
    const who = count === 1 ? `${name} ${row.one}` : `${plural(count, 'subordinate')} ${row.many}`
    const message = reason === null ? `${who}.` : `${who}. ${count === 1 ? '' : `${name}: `}${reason}`
    const subject = count === 1 ? { subject: { typename: 'Subordinate', key: id } as const } : {}
    return [{ code: row.code, message, since, size: count, ...subject }]
  })
}

const byState: Partial<Record<SubordinateState, { code: AlertCode; one: string; many: string }>> = {
  EXPIRED: {
    code: 'SUBORDINATES_EXPIRED',
    one: 'does not resolve, because its statement has expired',
    many: 'do not resolve, because their statements have expired',
  },
  DOES_NOT_RESOLVE: { code: 'SUBORDINATES_DO_NOT_RESOLVE', one: 'does not resolve', many: 'do not resolve' },
  UNREACHABLE: { code: 'SUBORDINATES_UNREACHABLE', one: 'cannot be reached', many: 'cannot be reached' },
  FAILING: { code: 'SUBORDINATES_FAILING', one: 'cannot be renewed', many: 'cannot be renewed' },
}

/** Entities below Intermediates. */
export const collectedAlerts: AlertSource<Context> = async ({ db }) => {
  const refused = Prisma.sql`FROM ${presentEntities} AND e."state" = 'DOES_NOT_RESOLVE'`
  const counted = Prisma.sql`
    SELECT count(*)::int AS "count", count(DISTINCT e."superior")::int AS "superiors",
      min(e."superior") AS "superior" ${refused}`
  const oldest = Prisma.sql`
    SELECT coalesce(e."displayName", e."entityId") AS "name", e."unresolvableReason" AS "reason",
      e."unresolvableSince" AS "since" ${refused} ORDER BY e."unresolvableSince", e."entityId" LIMIT 1`
  const [{ count, superiors, superior }, [first]] = await Promise.all([
    readOneTogether<{ count: number; superiors: number; superior: string | null }>(db, counted),
    readTogether<{ name: string; reason: string; since: Date }>(db, oldest, ['since']),
  ])
  if (!first) return []
  const place = superiors === 1 ? `${superior}` : plural(superiors, 'Intermediate')
  const who = count === 1 ? '1 entity' : `${count.toLocaleString('en')} entities`
  const message = `${who} below ${place} would be refused. ${first.name}: ${first.reason}`
  return [{ code: 'COLLECTED_DO_NOT_RESOLVE', message, since: first.since, size: count }]
}

type Expiring = { size: number; first: Date | null }

/** What is not renewed automatically. */
export const expiryAlerts: AlertSource<Context> = async ({ db, now }) => {
  const at = now()
  const [from, until] = [Prisma.sql`${at}::timestamp`, Prisma.sql`${inDays(at)}::timestamp`]
  const ofActive = (first: string, rows: Prisma.Sql) =>
    readOneTogether<Expiring>(
      db,
      Prisma.sql`SELECT count(*)::int AS "size", min(${Prisma.raw(`"${first}"`)}) AS "first" FROM ${rows} AND x."active"`,
      ['first'],
    )
  // A type that was deactivated was meant to be.
  const invalid = Prisma.sql`FROM "TrustMark" x JOIN "TrustMarkType" t ON t."id" = x."trustMarkTypeId"
    WHERE x."invalidSince" IS NOT NULL AND t."active" AND x."active"`
  const [statement, mark, refused, broken, settings] = await Promise.all([
    ofActive(
      'statementExpiresAt',
      Prisma.sql`"Subordinate" x WHERE NOT "autorenew" AND "statementExpiresAt" > ${from} AND "statementExpiresAt" < ${until}`,
    ),
    ofActive(
      'expiresAt',
      Prisma.sql`"TrustMark" x WHERE NOT "autorenew" AND "expiresAt" > ${from} AND "expiresAt" < ${until}`,
    ),
    readOneTogether<Expiring & { reason: string | null }>(
      db,
      Prisma.sql`SELECT count(*)::int AS "size", min(x."invalidSince") AS "first", min(x."invalidReason") AS "reason" ${invalid}`,
      ['first'],
    ),
    ofActive(
      'failingSince',
      Prisma.sql`"TrustMark" x WHERE "failingSince" IS NOT NULL AND "expiresAt" > ${from}`,
    ),
    readSettings(db),
  ])
  const soon = `will expire within ${SOON_DAYS} days, because automatic renewal is off.`
  const own = settings.trustMarks
    .map(({ trust_mark }) => Number(decodeJwt(trust_mark).claims.exp) * 1000)
    .filter((exp) => exp < inDays(at).getTime()) // also those that have expired
  const firstOwn = own.length > 0 ? new Date(Math.min(...own)) : null
  const found: (FoundAlert & { size: number })[] = [
    {
      code: 'STATEMENTS_EXPIRE',
      size: statement.size,
      message: `${plural(statement.size, 'Subordinate Statement')} ${soon}`,
      ...sinceBefore(statement.first),
    },
    {
      code: 'TRUST_MARKS_EXPIRE',
      size: mark.size,
      message: `${plural(mark.size, 'Trust Mark')} ${soon}`,
      ...sinceBefore(mark.first),
    },
    {
      code: 'TRUST_MARKS_INVALID',
      size: refused.size,
      message: `Verifiers refuse ${plural(refused.size, 'Trust Mark')}. ${refused.reason}`,
      ...(refused.first ? { since: refused.first } : {}),
    },
    {
      code: 'TRUST_MARKS_FAILING',
      size: broken.size,
      message: `${plural(broken.size, 'Trust Mark')} cannot be renewed.`,
      ...(broken.first ? { since: broken.first } : {}),
    },
    {
      code: 'OWN_TRUST_MARKS_EXPIRE',
      size: own.length,
      message: `${plural(own.length, 'Trust Mark')} issued to this Trust Anchor will expire within ${SOON_DAYS} days, or expired before. Ask the issuer for a new one.`,
      ...sinceBefore(firstOwn),
    },
  ]
  return found.filter(({ size }) => size > 0)
}

/** When the expiry came within the days that are watched. */
function sinceBefore(expiry: Date | null): { since?: Date } {
  return expiry ? { since: new Date(expiry.getTime() - SOON_DAYS * DAY_MS) } : {}
}

/** Verifiers refuse what was issued in their future. */
export const clockAlerts: AlertSource<Context> = async ({ db }) => {
  const [statements, marks] = await Promise.all([
    countTogether(db, Prisma.sql`"Subordinate" WHERE "active" AND "statementIssuedAt" > ${future}`),
    countTogether(db, Prisma.sql`"TrustMark" m WHERE m."active" AND m."issuedAt" > ${future}`),
  ])
  const count = statements + marks
  if (count === 0) return []
  const message = `${count.toLocaleString('en')} of the published statements and Trust Marks were issued in the future: a clock was wrong. They are signed again within minutes after its correction.`
  return [{ code: 'CLOCK', size: count, message }]
}
