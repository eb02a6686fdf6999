/**
 * What a change does to what is published or to who may act: the difference between before and after. The name of the action
 * does not count. Two people agree on the effect; the approver signs it.
 */
import { isJsonEqual } from '#core/json.ts'
import type { Caller } from '#server/identity/caller.ts'
import { type AuditAction, auditActions } from '#server/services/audit/action.ts'
import { snapshot } from '#server/services/audit/snapshot.ts'
import { operationNames, type ProtectedOperation } from '#server/services/protection/operation.ts'
import { publishedOfMark, publishedOfSubordinate } from '#server/services/protection/published-fields.ts'
import { rules } from '#server/services/protection/rule.ts'

/** A change as the audit log records it. */
export type Changed = {
  action: AuditAction
  /** Natural key of the object. */
  resource: string
  before?: object | undefined
  after?: object | undefined
  /** What it changes of other objects. */
  parts?: readonly Changed[]
}

/** As plain JSON, without what time alone changes. */
export type Effect = {
  action: AuditAction
  /** Empty where each attempt gets a new one. */
  resource: string
  /**
   * The fields that differ, by name. An object that is removed has none. An other object that changes with it is a field by
   * its natural key.
   */
  fields: Record<string, { before: unknown; after: unknown }>
}

/** Which fields are compared; by default all that no clock and no counter writes. */
const compared: Partial<Record<(typeof auditActions)[AuditAction], readonly string[]>> = {
  Subordinate: publishedOfSubordinate,
  TrustMark: publishedOfMark,
}

/** Actions about a key or a run that each attempt makes again. */
const withoutName: readonly AuditAction[] = [
  'announceSigningKey',
  'executeDryRun',
  'applyPlan',
  'applyConfiguration',
]

export function effectOf({ parts = [], ...changed }: Changed): Effect {
  const { fields, ...effect } = compare(changed).effect
  const others = parts.map((part) => {
    const differing = Object.entries(effectOf(part).fields)
    const side = (name: 'before' | 'after') =>
      Object.fromEntries(differing.map(([field, values]) => [field, values[name]]))
    return [part.resource, { before: side('before'), after: side('after') }]
  })
  return { ...effect, fields: { ...fields, ...Object.fromEntries(others) } }
}

/** Both states as plain JSON, and how they differ, without the parts. */
function compare({ action, resource, before, after }: Changed) {
  const [old, current] = [plain(before), plain(after)]
  const names = compared[auditActions[action]] ?? Object.keys({ ...old, ...current }).filter(isLasting)
  // The entity’s own declaration, which the clock follows.
  const shown = names.filter((name) => name !== 'metadata' || current.metadataFollowsEntity !== true)
  const differing = after
    ? shown.filter((name) => !isJsonEqual(memberOf(old, name), memberOf(current, name)))
    : []
  const fields = differing.map((name) => [
    name,
    { before: memberOf(old, name), after: memberOf(current, name) },
  ])
  const effect: Effect = {
    action,
    resource: withoutName.includes(action) ? '' : resource,
    fields: Object.fromEntries(fields),
  }
  return { before: old, after: current, effect }
}

/** The operations that a change amounts to, in the order of their table. */
export function operationsOf(
  { parts = [], ...change }: Changed,
  caller: Caller,
): readonly ProtectedOperation[] {
  const { before, after, effect } = compare(change)
  const { resource, fields } = effect
  const own = rules[change.action]({ resource, changed: Object.keys(fields), before, after, caller })
  const all = new Set([...own, ...parts.flatMap((part) => operationsOf(part, caller))])
  return operationNames.filter((name) => all.has(name))
}

/** The last ones only count what ends with it: the user could change them again and again, and so prevent it. */
const isLasting = (name: string) =>
  !/At$|^(id|version|statementVersion|evaluatedVersion|sessionsEnded|apiKeysRevoked|invitationsEnded|requestsEnded|passkeys)$/.test(
    name,
  )

const memberOf = (members: Record<string, unknown>, name: string): unknown => members[name] ?? null

const plain = (row: object | undefined): Record<string, unknown> => snapshot(row) ?? {}
