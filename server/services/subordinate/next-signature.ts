/** When the clock signs a Subordinate Statement again, or why it does not. */
import type { Prisma, Subordinate } from '#prisma/generated/client/client.ts'
import { dueAnewAt } from '#server/publish/age.ts'

export const notSignedReasons = ['INACTIVE', 'NOT_AUTOMATIC', 'HAS_PROBLEM', 'SCHEDULES_OFF'] as const
export type NotSignedReason = (typeof notSignedReasons)[number]

export type NextSignature = { at: Date; reason: null } | { at: null; reason: NotSignedReason }

export const nextSignatureColumns = {
  active: true,
  autorenew: true,
  failingSince: true,
  unresolvableSince: true,
  statementIssuedAt: true,
  statementExpiresAt: true,
  statementDueAt: true,
} satisfies Prisma.SubordinateSelect

export function nextSignatureOf(
  row: Pick<Subordinate, keyof typeof nextSignatureColumns>,
  /** Whether one of the schedules that sign statements is on. */
  isScheduled: boolean,
  now: Date,
  /** The outage budget in seconds. */
  budget: number,
): NextSignature {
  const reason = findReason(row, isScheduled)
  if (reason) return { at: null, reason }
  const { statementIssuedAt: issued, statementExpiresAt: expires, statementDueAt: ended } = row
  if (!issued || !expires) return { at: now, reason: null }
  const life = { iat: issued.getTime() / 1000, exp: expires.getTime() / 1000 }
  const due = dueAnewAt(life, now.getTime() / 1000, budget)
  return { at: new Date(Math.min(due * 1000, ended?.getTime() ?? Infinity)), reason: null }
}

function findReason(
  { active, autorenew, failingSince, unresolvableSince }: Parameters<typeof nextSignatureOf>[0],
  isScheduled: boolean,
): NotSignedReason | null {
  if (!active) return 'INACTIVE'
  if (!autorenew) return 'NOT_AUTOMATIC'
  // A statement about a member that fails a check is not prolonged.
  if (failingSince || unresolvableSince) return 'HAS_PROBLEM'
  return isScheduled ? null : 'SCHEDULES_OFF'
}
