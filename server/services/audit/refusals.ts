/**
 * Changes that were asked for and not made: they stand in the audit log too, without what was sent. Every way in comes
 * here with what it did not do: GraphQL, the REST API and the command line.
 */

import type { Database } from '#server/database/client.ts'
import type { Caller } from '#server/identity/caller.ts'
import { type AuditedType, recordAuditEvent } from '#server/services/audit/audit.ts'

export type Refusal = {
  action: string
  /** Where the change would have been made; the input may name it by any of several members. */
  input: unknown
  code: string
  message: string
}

/** What a mutation is about, by what its name contains; the first that fits. */
const types: readonly (readonly [pattern: RegExp, type: AuditedType])[] = [
  [/ApiKey/, 'ApiKey'],
  [/User|Password|Factor|Passkey|Session/, 'User'],
  [/TrustMarkType/, 'TrustMarkType'],
  [/TrustMark/, 'TrustMark'],
  [/Subordinate/, 'Subordinate'],
  [/Key/, 'SigningKey'],
  [/Run|Renewal|Walk/, 'RenewalRun'],
  [/Audit/, 'AuditLog'],
]

/** Members of an input by which a thing is named; none of them is a secret. */
const names = ['entityId', 'type', 'username', 'kid', 'trustMarkType', 'id'] as const
const MAXIMUM_LENGTH = 512

/** Codes of the permission rules and of re-authentication; every other expected failure is no matter of rights. */
const refusalCodes = ['FORBIDDEN', 'SECOND_FACTOR_REQUIRED', 'REAUTHENTICATION_REQUIRED']

export async function recordRefusal(db: Database, caller: Caller, refusal: Refusal): Promise<void> {
  const { action, input, code, message } = refusal
  await db.$transaction((tx) =>
    recordAuditEvent(tx, caller, {
      action,
      resourceType: types.find(([pattern]) => pattern.test(action))?.[1] ?? 'TrustAnchor',
      resource: nameIn(input),
      outcome: refusalCodes.includes(code) ? 'REFUSED' : 'FAILED',
      reason: `${code}: ${message}`.slice(0, MAXIMUM_LENGTH),
    }),
  )
}

function nameIn(input: unknown): string {
  if (typeof input !== 'object' || input === null) return ''
  const members = new Map(Object.entries(input))
  const name = names.map((member) => members.get(member)).find((value) => typeof value === 'string')
  return String(name ?? '').slice(0, MAXIMUM_LENGTH)
}
