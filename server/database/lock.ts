/** Locks by name until a transaction ends. A name is another lock in each anchor, so that anchors do not wait for each other. */
import type { Transaction } from '#server/database/client.ts'

/** Several in one order, so that two transactions do not wait for each other. */
export async function lock(tx: Transaction, ...names: readonly string[]): Promise<void> {
  await tx.$executeRaw`
    SELECT pg_advisory_xact_lock(number) FROM (
      SELECT DISTINCT hashtext(concat(name, (SELECT "slug" FROM "CurrentAnchor"))) AS number
      FROM unnest(${names}::text[]) AS name ORDER BY number OFFSET 0) AS numbers`
}

/** Excludes `lock` only. */
export async function lockShared(tx: Transaction, name: string): Promise<void> {
  await tx.$executeRaw`
    SELECT pg_advisory_xact_lock_shared(hashtext(concat(${name}::text, (SELECT "slug" FROM "CurrentAnchor"))))`
}
