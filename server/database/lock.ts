/** Locks by name until a transaction ends. A name is another lock in each anchor, so that anchors do not wait for each other. */
import type { Transaction } from '#server/database/client.ts'

export async function lock(tx: Transaction, name: string): Promise<void> {
  await tx.$executeRaw`
    SELECT pg_advisory_xact_lock(hashtext(concat(${name}::text, (SELECT "slug" FROM "CurrentAnchor"))))`
}

/** Excludes `lock` only. */
export async function lockShared(tx: Transaction, name: string): Promise<void> {
  await tx.$executeRaw`
    SELECT pg_advisory_xact_lock_shared(hashtext(concat(${name}::text, (SELECT "slug" FROM "CurrentAnchor"))))`
}
