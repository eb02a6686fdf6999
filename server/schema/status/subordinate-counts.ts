/** Counts subordinates for the dashboard. Each number is read in an index: a row is some hundred bytes, an entry a few. */
import { Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'

const conditions = {
  active: () => Prisma.sql`"active"`,
  inactive: () => Prisma.sql`NOT "active"`,
  intermediates: () => Prisma.sql`"active" AND "intermediate"`,
  failing: (
    now: Date,
  ) => Prisma.sql`"active" AND ("failingSince" IS NOT NULL OR "unresolvableSince" IS NOT NULL
    OR "statementExpiresAt" <= ${now}::timestamp)`,
  // As in the conditions of the indexes "Subordinate_providers" and "Subordinate_parties".
  providers: () => Prisma.sql`"active" AND 'openid_provider' = ANY ("entityTypes")`,
  parties: () => Prisma.sql`"active" AND 'openid_relying_party' = ANY ("entityTypes")`,
}

type Name = keyof typeof conditions

export async function countSubordinates(db: Database, now: Date): Promise<Record<Name, number>> {
  const counts = Object.entries(conditions).map(
    ([name, condition]) =>
      Prisma.sql`SELECT ${name} AS "name", count(*)::int AS "count" FROM "Subordinate" WHERE ${condition(now)}`,
  )
  const rows = await db.$queryRaw<{ name: Name; count: number }[]>`${Prisma.join(counts, ' UNION ALL ')}`
  const numbers = rows.map(({ name, count }) => [name, count])
  return Object.fromEntries(numbers) // a count always has a row
}
