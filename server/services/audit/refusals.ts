/** Records refused and failed changes without their input: of GraphQL, REST and the command line. */
import type { Database } from '#server/database/client.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import { recordOnly } from '#server/services/write.ts'

export type Refusal = {
  action: AuditAction
  /** Names the object by one of several members. */
  input: unknown
  code: string
  message: string
}

/** Members of an input that name its object; none of them is a secret. */
const names = [
  'entityId',
  'type',
  'username',
  'kid',
  'trustMarkType',
  'entityType',
  'auditEventId',
  'id',
  'name',
] as const
const MAXIMUM_LENGTH = 512

/** Codes of refused rights; other expected failures are recorded as failed. */
const refusalCodes = [
  'FORBIDDEN',
  'SECOND_FACTOR_REQUIRED',
  'PASSWORD_CHANGE_REQUIRED',
  'REAUTHENTICATION_REQUIRED',
  'APPROVAL_REQUIRED',
]

export async function recordRefusal(db: Database, caller: Caller, refusal: Refusal): Promise<void> {
  const { action, input, code, message } = refusal
  await recordOnly(db, caller, {
    action,
    resource: nameIn(input),
    outcome: refusalCodes.includes(code) ? 'REFUSED' : 'FAILED',
    reason: `${code}: ${message}`.slice(0, MAXIMUM_LENGTH),
  })
}

function nameIn(input: unknown): string {
  if (typeof input !== 'object' || input === null) return ''
  const members = new Map(Object.entries(input))
  const name = names.map((member) => members.get(member)).find((value) => typeof value === 'string')
  return String(name ?? '').slice(0, MAXIMUM_LENGTH)
}
