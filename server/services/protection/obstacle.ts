/** Why an approval can no longer be decided. */
import type { Approval } from '#prisma/generated/client/client.ts'

const ends: Readonly<Record<string, string>> = {
  EXECUTED: 'It was executed.',
  REFUSED: 'It was refused.',
  WITHDRAWN: 'It was withdrawn.',
}

/** Null: it is open. */
export function sentenceOfEnd({ state, expiresAt }: Approval, now: Date): string | null {
  return ends[state] ?? (expiresAt <= now ? 'Its time has ended. Make the change again.' : null)
}

/** The same, and of one that cannot be executed. */
export function obstacleOfState(row: Approval, now: Date): string | null {
  const withoutEffect = 'An earlier version kept it without its effect. Make the change again.'
  return sentenceOfEnd(row, now) ?? (row.effect === null ? withoutEffect : null)
}
