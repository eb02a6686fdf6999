/** Which passkeys count for approvals: those that are known for long enough, or that another administrator has confirmed. */
import type { Passkey, Prisma } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'
import { lock } from '#server/database/lock.ts'
import { ConflictError } from '#server/error/operation-error.ts'
import { readProtection } from '#server/services/protection/settings.ts'

const HOUR_MS = 3_600_000
/** One asks, the other approves. */
export const APPROVERS_NEEDED = 2

/** The hours of the settings, and the time. */
export type Rule = { hours: number; now: Date }

/** A confirmation does not count for what the confirmer asks for: one person could be two. */
export function whereCounts({ hours, now }: Rule, askers: readonly string[] = []): Prisma.PasskeyWhereInput {
  const old = { createdAt: { lte: new Date(now.getTime() - hours * HOUR_MS) } }
  return { OR: [old, { confirmedAt: { not: null }, confirmedBy: { notIn: [...askers] } }] }
}

/** From when it counts by its age. */
export function countsByAgeFrom({ createdAt }: Pick<Passkey, 'createdAt'>, hours: number): Date {
  return new Date((createdAt ?? new Date(0)).getTime() + hours * HOUR_MS)
}

export function doesCount(
  passkey: Pick<Passkey, 'createdAt' | 'confirmedAt'>,
  { hours, now }: Rule,
): boolean {
  return passkey.confirmedAt !== null || countsByAgeFrom(passkey, hours) <= now
}

/** Why none of a person's passkeys counts, as a sentence; null: one does. */
export async function findPasskeyObstacle(
  tx: Pick<Transaction, 'passkey'>,
  userId: string,
  rule: Rule,
  askers: readonly string[] = [],
): Promise<string | null> {
  if ((await tx.passkey.count({ where: { userId, ...whereCounts(rule, askers) } })) > 0) return null
  const oldest = await tx.passkey.findFirst({ where: { userId }, orderBy: { createdAt: 'asc' } })
  return oldest
    ? tooNew(countsByAgeFrom(oldest, rule.hours))
    : 'You have no passkey. Register one on your account page.'
}

export const tooNew = (from: Date): string =>
  `Your passkey is too new. It counts from ${from.toISOString()}. Wait, or ask another administrator to confirm it.`

/** The administrators of the installation who could approve any change, without these users. */
export function countApprovers(
  tx: Pick<Transaction, 'user'>,
  rule: Rule,
  without: readonly string[] = [],
): Promise<number> {
  return tx.user.count({
    where: {
      id: { notIn: [...without] },
      role: 'admin',
      OR: [{ banned: false }, { banned: null }],
      passkeys: { some: whereCounts(rule) },
    },
  })
}

/** Whether two people other than these users could approve a change. Lock-outs at the same time wait for each other. */
export async function canOthersApprove(
  tx: Transaction,
  now: Date,
  without: readonly string[],
): Promise<boolean> {
  await lock(tx, 'inmor:protection')
  const { passkeyHours: hours } = await readProtection(tx)
  return (await countApprovers(tx, { hours, now }, without)) >= APPROVERS_NEEDED
}

/** Does `remove`, unless fewer than two people could approve then. @throws ConflictError */
export async function keepApprovers(
  tx: Transaction,
  now: Date,
  remove: () => Promise<unknown>,
): Promise<void> {
  await lock(tx, 'inmor:protection')
  const { operations, passkeyHours: hours } = await readProtection(tx)
  const before = await countApprovers(tx, { hours, now })
  await remove()
  const after = await countApprovers(tx, { hours, now })
  if (operations.length === 0 || after >= APPROVERS_NEEDED || after === before) return
  throw new ConflictError(
    'This is your last passkey that counts for approvals, and fewer than two people could approve a change without it. Add another passkey first, and remove this one once the new one counts.',
    'id',
  )
}
