/** Finds in the result of an executed mutation what the approver needs. No other answer has it. */
import { isRecord } from '#lib/json/json.ts'

/** The invitation of a created user, or another one for a user. */
export function invitationIn(result: unknown): { link: string; isMailed: boolean } | undefined {
  const { invitation } = member(result, 'user')
  if (!isRecord(invitation) || typeof invitation.link !== 'string') return undefined
  return { link: invitation.link, isMailed: invitation.isMailed === true }
}

const startsRun: readonly string[] = ['EXECUTE_DRY_RUN', 'APPLY_PLAN', 'APPLY_CONFIGURATION']

/** The id of the run that the action has started. */
export function runIn(action: string, result: unknown): string | undefined {
  const { id } = member(result, 'run')
  return startsRun.includes(action) && typeof id === 'string' ? id : undefined
}

function member(result: unknown, noun: string): Record<string, unknown> {
  const value = isRecord(result) ? result[noun] : undefined
  return isRecord(value) ? value : {}
}
