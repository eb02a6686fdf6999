/** Counts expiring objects per day, for a chart. */
import { Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { readTogether } from '#server/database/together.ts'
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

/** One row per day, also for days without expiring objects. */
export async function expiringByDay(db: Database, now: Date): Promise<Expiring[]> {
  const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS
  const count = async (source: Prisma.Sql): Promise<Map<number, number>> => {
    const from = Prisma.sql`${new Date(today)}::timestamp`
    const until = Prisma.sql`${new Date(today + DAYS * DAY_MS)}::timestamp`
    const query = Prisma.sql`
      SELECT at::date - ${from}::date AS day, count(*)::int AS count
      FROM (SELECT "active", ${source}) AS things
      WHERE "active" AND at >= ${from} AND at < ${until}
      GROUP BY 1`
    const rows = await readTogether<{ day: number; count: number }>(db, query)
    return new Map(rows.map(({ day, count }) => [day, count]))
  }
  const [statements, entityConfigurations, trustMarks] = await Promise.all([
    count(sources.statements),
    count(sources.entityConfigurations),
    count(sources.trustMarks),
  ])
  return Array.from({ length: DAYS }, (_, day) => ({
    date: new Date(today + day * DAY_MS),
    statements: statements.get(day) ?? 0,
    entityConfigurations: entityConfigurations.get(day) ?? 0,
    trustMarks: trustMarks.get(day) ?? 0,
  }))
}
