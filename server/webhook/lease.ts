/** Leases of webhooks: one process at a time delivers to each. All times are the database's. */
import { randomUUID } from 'node:crypto'
import { Prisma, type Webhook } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'

/** Longer than one attempt and the record of it; another process waits this long for one that was killed. */
const SECONDS = 30

export const databaseNow = Prisma.sql`(now() AT TIME ZONE 'utc')`
export const leaseEnd = Prisma.sql`(${databaseNow} + make_interval(secs => ${SECONDS}))`

export type Lease = {
  holder: string
  /** Takes or extends it, and reads the webhook. Null: it is paused or gone, or another process has it. */
  hold(id: number): Promise<Webhook | null>
  release(id: number): Promise<void>
}

export function createLease(db: Database): Lease {
  const holder = randomUUID()
  return {
    holder,
    async hold(id) {
      const taken = await db.$executeRaw`
        UPDATE "Webhook" SET "leaseHolder" = ${holder}, "leaseUntil" = ${leaseEnd}
        WHERE "id" = ${id} AND "active" AND ("leaseHolder" = ${holder} OR ${isFree})`
      return taken === 1 ? db.webhook.findUnique({ where: { id } }) : null
    },
    async release(id) {
      await db.webhook.updateMany({ where: { id, leaseHolder: holder }, data: { leaseUntil: null } })
    },
  }
}

/** One far in the future comes from a wrong clock. */
export const isFree = Prisma.sql`("leaseUntil" IS NULL OR "leaseUntil" < ${databaseNow}
  OR "leaseUntil" > ${databaseNow} + make_interval(secs => ${2 * SECONDS}))`
