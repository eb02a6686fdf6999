/** One publisher at a time across processes, so that an older state never overwrites a newer one. */
import { randomUUID } from 'node:crypto'
import type { Database } from '#server/database/client.ts'

const LEASE_SECONDS = 30

export type Lease = {
  /** Takes the lease, or keeps it; false when another process holds it. */
  hold(): Promise<boolean>
  release(): Promise<void>
}

/** No lease runs out later than this, however long who takes one waits for the row that another takes just then. */
const LONGEST_SECONDS = 2 * LEASE_SECONDS

/**
 * The times compared are the database's own, so clocks of the processes may differ. A lease that runs out later than
 * any can is from a clock that was wrong.
 */
export function createLease(db: Database): Lease {
  const holder = randomUUID()
  return {
    async hold() {
      const taken = await db.$executeRaw`
        UPDATE "PublisherLease"
        SET "holder" = ${holder}, "expiresAt" = now() AT TIME ZONE 'utc' + make_interval(secs => ${LEASE_SECONDS})
        WHERE "holder" = ${holder} OR "expiresAt" < now() AT TIME ZONE 'utc'
          OR "expiresAt" > now() AT TIME ZONE 'utc' + make_interval(secs => ${LONGEST_SECONDS})`
      return taken === 1
    },
    async release() {
      await db.$executeRaw`
        UPDATE "PublisherLease" SET "expiresAt" = now() AT TIME ZONE 'utc' - interval '1 second' WHERE "holder" = ${holder}`
    },
  }
}
