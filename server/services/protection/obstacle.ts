/** Why an approval can no longer be decided, or not by this caller. */
import type { Approval } from '#prisma/generated/client/client.ts'
import type { Caller } from '#server/identity/caller.ts'
import { auditActions, isAuditAction } from '#server/services/audit/action.ts'

const ends: Readonly<Record<string, string>> = {
  EXECUTED: 'It was executed.',
  REFUSED: 'It was refused.',
  WITHDRAWN: 'It was withdrawn.',
}

/** Null: it is open. */
export function sentenceOfEnd({ state, expiresAt }: Approval, now: Date): string | null {
  return ends[state] ?? (expiresAt <= now ? 'Its time has ended. Make the change again.' : null)
}

/** The same, and of one of an earlier version that cannot be executed. */
export function obstacleOfState(row: Approval, now: Date): string | null {
  const ended = sentenceOfEnd(row, now)
  if (ended) return ended
  if (row.requestedMethod === 'cli')
    return 'It is not known who asked for it. Make the change again in the console.'
  return row.effect === null ? 'An earlier version kept it without its effect. Make the change again.' : null
}

/** It changes the rights of the caller, or of who made the API key of the caller. Null: it does not. */
export function obstacleOfSubject(row: Approval, { name, keyCreatedBy }: Caller): string | null {
  const subject = subjectOf(row)
  const isAbout = subject !== null && [name, keyCreatedBy].includes(subject)
  return isAbout ? 'It is about you. Another person must decide it.' : null
}

/** The user whose account, role or API keys it changes; null: none. */
function subjectOf({ action, resource }: Approval): string | null {
  const type = isAuditAction(action) ? auditActions[action] : null
  if (type === 'ApiKey') return resource.split('/')[0] ?? null
  return type === 'User' ? resource : null
}

/** Why the caller can neither refuse nor withdraw it, as a sentence; null: nothing is in the way. */
export function obstacleOfRefusal(row: Approval, caller: Caller): string | null {
  const { name, session, keyCreatedBy } = caller
  if (session && name === row.requestedBy) return null
  const isOfThisKey =
    row.requestedMethod === 'api_key' && name === row.requestedBy && keyCreatedBy === row.keyCreatedBy
  return (
    obstacleOfSubject(row, caller) ??
    (session || isOfThisKey ? null : 'Only a person can refuse it, in the console.')
  )
}
