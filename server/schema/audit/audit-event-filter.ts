/** Which entries of the audit log a list shows. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import { builder } from '#server/schema/builder.ts'
import { auditActions } from '#server/services/audit/action.ts'

export const AuditOutcomeEnum = builder.enumType('AuditOutcome', {
  description: 'Whether something was done.',
  values: {
    SUCCEEDED: { description: 'It was done.' },
    REFUSED: { description: 'It was refused: the caller has no right to it.' },
    FAILED: { description: 'It failed for a reason that was to be expected; nothing was changed.' },
  } as const,
})

const AuditActionEnum = builder.enumType('AuditAction', {
  description: 'An action of this version; entries of other versions can have further ones.',
  values: Object.fromEntries(
    Object.entries(auditActions).map(([action, type]) => [action, { description: `Changes a ${type}.` }]),
  ),
})

const AuditResourceTypeEnum = builder.enumType('AuditResourceType', {
  description: 'A type of object that actions change.',
  values: Object.fromEntries(
    Object.values(auditActions).map((type) => [type, { description: `An object of type ${type}.` }]),
  ),
})

export const AuditEventFilter = builder.inputType('AuditEventFilter', {
  description: 'Conditions that must all hold; an absent one does not count.',
  fields: (t) => ({
    actor: t.string({ description: 'Who.' }),
    action: t.string({ description: 'What was done.' }),
    actions: t.field({ type: [AuditActionEnum], description: 'One of these actions.' }),
    outcome: t.field({ type: AuditOutcomeEnum, description: 'Whether it was done.' }),
    resourceType: t.string({ description: 'The kind of thing that changed.' }),
    resourceTypes: t.field({ type: [AuditResourceTypeEnum], description: 'One of these object types.' }),
    resource: t.string({ description: 'Which one, by its natural key.' }),
    after: t.field({ type: 'DateTime', description: 'At this time or later.' }),
    before: t.field({ type: 'DateTime', description: 'Before this time.' }),
  }),
})

type Filter = typeof AuditEventFilter.$inferInput

export function conditionsOf(filter: Filter | null | undefined): Prisma.AuditEventWhereInput {
  if (!filter) return {}
  const { actor, action, actions, outcome, resourceType, resourceTypes, resource, after, before } = filter
  const at = { ...(after ? { gte: after } : {}), ...(before ? { lt: before } : {}) }
  return {
    ...(actor ? { actor } : {}),
    ...(action ? { action } : {}),
    ...(outcome ? { outcome } : {}),
    ...(resourceType ? { resourceType } : {}),
    ...(resource ? { resource } : {}),
    ...(after || before ? { at } : {}),
    AND: [
      ...(actions ? [{ action: { in: actions } }] : []),
      ...(resourceTypes ? [{ resourceType: { in: resourceTypes } }] : []),
    ],
  }
}
