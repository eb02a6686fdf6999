/** A lease for one publisher at a time, so that an older state never overwrites a newer one. */
import { randomUUID } from 'node:crypto'
import type { Database } from '#server/database/client.ts'

const LEASE_SECONDS = 30

export type Lease = {
  /** Takes or extends the lease; false: another process has it. */
  hold(): Promise<boolean>
  release(): Promise<void>
}

/** Another process took over; it publishes what is left. */
export class LeaseLostError extends Error {
  override name = 'LeaseLostError'
}

/** The longest possible lease, including the wait for the row while another process takes it. */
const LONGEST_SECONDS = 2 * LEASE_SECONDS

/**
 * All times are the database's, so the clocks of processes may differ. A lease beyond the longest possible one comes
 * from a wrong clock and is ignored.
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
