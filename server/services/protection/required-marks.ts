/** Finds changes that end a Trust Mark which a member must hold: its statement is not renewed then. */
import { isJsonEqual } from '#core/json.ts'
import type { Transaction } from '#server/database/client.ts'
import { type AuditResourceType, auditActions } from '#server/services/audit/action.ts'
import type { Changed } from '#server/services/protection/effect.ts'
import { type Members, membersOf } from '#server/services/protection/rule.ts'

/** Whether a member must hold one of these marks, or marks of one of these types, by their natural keys. */
export async function isAnyRequired(
  db: Pick<Transaction, '$queryRaw' | 'subordinate'>,
  keys: readonly string[],
): Promise<boolean> {
  const named = new Set(keys)
  const types = keys.filter((key) => !key.includes(' '))
  const where = { active: true, requiredTrustMarks: { hasSome: types } }
  if (types.length > 0 && (await db.subordinate.count({ where })) > 0) return true
  const holders = keys.flatMap((key) => key.split(' ')[1] ?? [])
  if (holders.length === 0) return false
  const members = await db.$queryRaw<{ entityId: string; requiredTrustMarks: string[] }[]>`
    SELECT "entityId", "requiredTrustMarks" FROM "Subordinate" WHERE "active" AND "entityId" = ANY(${holders})`
  return members.some(({ entityId, requiredTrustMarks }) =>
    requiredTrustMarks.some((type) => named.has(`${type} ${entityId}`)),
  )
}

/** Whether a mark, or any mark of a type, ends by the change. */
const ends: Partial<Record<AuditResourceType, (before: Members, after: Members) => boolean>> = {
  // Without its renewal it expires.
  TrustMark: (before, after) =>
    after.active !== true || (before.autorenew === true && after.autorenew !== true),
  // Another owner has other delegations.
  TrustMarkType: (before, after) =>
    after.active !== true || !isJsonEqual(before.owner ?? null, after.owner ?? null),
}

/** The natural keys of the marks that a change ends, and of the types of which it may end any mark. */
export function marksEndedBy({ action, resource, parts = [], ...states }: Changed): string[] {
  const others = parts.flatMap(marksEndedBy)
  const [before, after] = [membersOf(states.before), membersOf(states.after)]
  const kind = auditActions[action]
  if (kind === 'Run') {
    const { action: does, dryRun, trustMarkType } = membersOf(after.parameters)
    return does === 'REVOKE_TRUST_MARK' && dryRun !== true ? [String(trustMarkType)] : []
  }
  return before.active === true && ends[kind]?.(before, after) ? [resource, ...others] : others
}
