/** Finds in the result of an executed mutation what the approver needs. No other answer has it. */
import { isRecord } from '#lib/json/json.ts'

/** The invitation of a created user, or another one for a user. */
export function invitationIn(result: unknown): { link: string; isMailed: boolean } | undefined {
  const { invitation } = dataOf(result)
  if (!isRecord(invitation) || typeof invitation.link !== 'string') return undefined
  return { link: invitation.link, isMailed: invitation.isMailed === true }
}

/** The id of the run that the action has started. */
export function runIn(action: string, result: unknown): string | undefined {
  const { id } = dataOf(result)
  return action === 'executeDryRun' && typeof id === 'string' ? id : undefined
}

function dataOf(result: unknown): Record<string, unknown> {
  return isRecord(result) && isRecord(result.data) ? result.data : {}
}
