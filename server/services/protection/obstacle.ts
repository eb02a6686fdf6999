/**
 * The lock of two people: what each person may do with an approval. No single account can force a change, and none can
 * prevent one that two others want (test/server/protection/lock-model.test.ts).
 */
import type { Approval } from '#prisma/generated/client/client.ts'
import type { Caller } from '#server/identity/caller.ts'
import { auditActions, isAuditAction } from '#server/services/audit/action.ts'
import type { ProtectionSettings } from '#server/services/protection/operation.ts'

const ends: Readonly<Record<string, string>> = {
  EXECUTED: 'It was executed.',
  REFUSED: 'It was refused.',
  WITHDRAWN: 'It was withdrawn.',
}

/** Null: it is open. */
function sentenceOfEnd({ state, expiresAt }: Approval, now: Date): string | null {
  return ends[state] ?? (expiresAt <= now ? 'Its time has ended. Make the change again.' : null)
}

/** The same, and of one of an earlier version that cannot be executed. */
function obstacleOfState(row: Approval, now: Date): string | null {
  const ended = sentenceOfEnd(row, now)
  if (ended) return ended
  if (row.requestedMethod === 'cli')
    return 'It is not known who asked for it. Make the change again in the console.'
  return row.effect === null ? 'An earlier version kept it without its effect. Make the change again.' : null
}

/** It changes the rights of the caller, or of who made the API key of the caller. Null: it does not. */
function obstacleOfSubject(row: Approval, { name, keyCreatedBy }: Caller): string | null {
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

/** Also who made the API key that asked, and so knows it. */
export const askersOf = ({ requestedBy, keyCreatedBy }: Approval): string[] =>
  keyCreatedBy === null ? [requestedBy] : [requestedBy, keyCreatedBy]

export const isAsker = ({ name }: Caller, row: Approval): boolean => askersOf(row).includes(name)

/** Why the caller may not approve it, whose passkey counts; null: nothing is in the way. */
export function obstacleOfApproval(row: Approval, caller: Caller, now: Date): string | null {
  const ended = obstacleOfState(row, now)
  if (ended) return ended
  if (isAsker(caller, row)) return 'You asked for it. Another person must approve it.'
  return obstacleOfSubject(row, caller)
}

type BreakGlassSettings = Pick<ProtectionSettings, 'breakGlass'>

/** Why the caller, whose passkey counts, may not execute it without a second person now; null: nothing is in the way. */
export function obstacleOfOverride(
  row: Approval,
  caller: Caller,
  { breakGlass }: BreakGlassSettings,
  now: Date,
): string | null {
  const ended = obstacleOfState(row, now)
  if (ended) return ended
  if (breakGlass === 'OFF') return 'The settings of the protection do not allow that.'
  if (breakGlass === 'DELAYED' && row.objectedBy !== null)
    return `${row.objectedBy} objected. Another person must approve it.`
  const obstacle = obstacleOfSubject(row, caller)
  if (obstacle) return obstacle
  if (row.overrideBy === null || row.overrideAt === null || row.overrideAt <= now) return null
  return `${row.overrideBy} asked for that. It can be executed from ${row.overrideAt.toISOString()}, unless another person objects.`
}

/** Why the caller can neither object to it nor withdraw it, as a sentence; null: nothing is in the way. */
export function obstacleOfRefusal(row: Approval, caller: Caller, now: Date): string | null {
  const ended = sentenceOfEnd(row, now)
  if (ended) return ended
  const { name, session, keyCreatedBy } = caller
  if (session && name === row.requestedBy) return null
  const isOfThisKey =
    row.requestedMethod === 'api_key' && name === row.requestedBy && keyCreatedBy === row.keyCreatedBy
  const obstacle = obstacleOfSubject(row, caller)
  if (obstacle || isOfThisKey) return obstacle
  if (!session) return 'Only a person can object to it, in the console.'
  return row.objectedBy === name ? 'You have objected to it. If another person objects too, it ends.' : null
}

type Decided = 'state' | 'decidedBy' | 'decidedAt' | 'message' | 'objectedBy' | 'objectedAt' | 'objection'

/** What is written if the caller withdraws it or objects to it, and nothing is in the way. The second objection ends it. */
export function refusalBy(
  row: Approval,
  caller: Caller,
  { reason, now }: { reason: string | undefined; now: Date },
): Partial<Pick<Approval, Decided>> {
  const decision = { decidedBy: caller.name, decidedAt: now, message: reason ?? null }
  if (isAsker(caller, row)) return { state: 'WITHDRAWN', ...decision }
  if (row.objectedBy !== null) return { state: 'REFUSED', ...decision }
  return { objectedBy: caller.name, objectedAt: now, objection: reason ?? null }
}
