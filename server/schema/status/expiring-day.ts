/** Counts expiring objects per day, for a chart. */
import { Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { builder } from '#server/schema/builder.ts'

const DAYS = 30
const DAY_MS = 86_400_000

type Expiring = { date: Date; statements: number; entityConfigurations: number; trustMarks: number }

export const ExpiringDay = builder.objectRef<Expiring>('ExpiringDay').implement({
  description: 'The objects that expire on one day in UTC.',
  authScopes: { read: true },
  fields: (t) => ({
    date: t.expose('date', { type: 'DateTime', description: 'The start of the day.' }),
    statements: t.exposeInt('statements', {
      description: 'Subordinate Statements of published subordinates.',
    }),
    entityConfigurations: t.exposeInt('entityConfigurations', {
      description: 'Entity Configurations of published subordinates, as last fetched.',
    }),
    trustMarks: t.exposeInt('trustMarks', { description: 'Trust Marks that are not revoked.' }),
  }),
})

/** For each kind of object, the column of its expiry and the condition of its rows. */
const sources = {
  statements: Prisma.sql`"statementExpiresAt" AS at FROM "Subordinate"`,
  entityConfigurations: Prisma.sql`"entityConfigurationExpiresAt" AS at FROM "Subordinate"`,
  trustMarks: Prisma.sql`"expiresAt" AS at FROM "TrustMark"`,
}

type Kind = keyof typeof sources

/** One row per day, also for days without expiring objects. A statement of its own: it reads many rows. */
export async function expiringByDay(db: Database, now: Date): Promise<Expiring[]> {
  const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS
  // Day by day, because to count a range of an index takes a third of the time of grouping its rows.
  const counts = Object.entries(sources).map(
    ([kind, source]) => Prisma.sql`
      SELECT ${kind} AS "kind", day AS "day", (
        SELECT count(*)::int FROM (SELECT "active", ${source}) AS things
        WHERE "active" AND at >= start AND at < start + interval '1 day') AS "count"
      FROM generate_series(0, ${DAYS - 1}::int) AS day,
        LATERAL (SELECT ${new Date(today)}::timestamp + day * interval '1 day' AS start) AS starts`,
  )
  const rows = await db.$queryRaw<{ kind: Kind; day: number; count: number }[]>`
    ${Prisma.join(counts, ' UNION ALL ')}`
  const days = Array.from({ length: DAYS }, (_, day) => ({
    date: new Date(today + day * DAY_MS),
    statements: 0,
    entityConfigurations: 0,
    trustMarks: 0,
  }))
  for (const { kind, day, count } of rows) {
    const found = days[day]
    if (found) found[kind] = count
  }
  return days
}
