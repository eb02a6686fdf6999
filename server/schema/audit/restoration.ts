/** The restoration of an earlier version from the audit log. */
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { FieldChangeRef } from '#server/schema/field-change.ts'
import { keyOrNull } from '#server/schema/input.ts'
import { type InputFields, operation } from '#server/schema/operation.ts'
import { TrustAnchor } from '#server/schema/trust-anchor/trust-anchor.ts'
import { parseReason } from '#server/services/reason.ts'
import {
  isOfAnchor,
  isRestorable,
  type Restoration,
  type Restored,
  type VersionSide,
} from '#server/services/versions.ts'

const { InvalidInputError, ConflictError, NotFoundError, EntityRejectedError } = failures

const VersionSideEnum = builder.enumType('VersionSide', {
  description: 'Which of the two versions of an audit entry.',
  values: {
    BEFORE: { description: 'The version before the recorded change.' },
    AFTER: { description: 'The version after the recorded change.' },
  } as const satisfies Record<VersionSide, object>,
})

const RestorationRef = builder.objectRef<Restoration>('Restoration').implement({
  description: 'What the restoration of an earlier version would change.',
  authScopes: { read: true },
  fields: (t) => ({
    version: t.exposeInt('version', {
      description: 'The present version; pass it to restoreVersion, which fails after another change.',
    }),
    differences: t.expose('differences', {
      type: [FieldChangeRef],
      description: 'The differences from the present to the restored version; empty: they are the same.',
    }),
  }),
})

builder.prismaObjectFields('AuditEvent', (t) => ({
  isRestorable: t.boolean({
    description: 'Whether it records a version of settings, policy or a subordinate.',
    select: { action: true, resourceType: true, outcome: true },
    resolve: (event) => isRestorable(event),
  }),
  restoration: t.field({
    type: RestorationRef,
    nullable: true,
    description: 'What restoreVersion would change; null: no such version, or the subordinate was removed.',
    args: {
      side: t.arg({ type: VersionSideEnum, required: true, description: 'Which version.' }),
    },
    select: {
      id: true,
      at: true,
      action: true,
      resourceType: true,
      resource: true,
      outcome: true,
      before: true,
      after: true,
    },
    resolve: (event, { side }, { services }) => services.versions.preview(event, side),
  }),
}))

const RestoreVersionSuccess = builder.objectRef<Restored>('RestoreVersionSuccess').implement({
  description: 'The changed object.',
  authScopes: { read: true },
  fields: (t) => ({
    subordinate: t.prismaField({
      type: 'Subordinate',
      nullable: true,
      description: 'The changed subordinate.',
      resolve: (_query, { subordinate }) => subordinate,
    }),
    trustAnchor: t.expose('trustAnchor', {
      type: TrustAnchor,
      nullable: true,
      description: 'The Trust Anchor with its changed settings or policy.',
    }),
  }),
})

/** Which version. */
export const versionInputs = (t: InputFields) => ({
  auditEventId: t.id({ required: true, description: 'The audit entry.' }),
  side: t.field({
    type: VersionSideEnum,
    required: true,
    defaultValue: 'AFTER',
    description: 'Which version of the entry; the one after its change by default.',
  }),
})

operation('restoreVersion', {
  describes:
    'Restores an earlier version of settings, policy or a subordinate: saves its differences from the present as a new change, with the checks and the audit entry of that change. Keys and state of a subordinate stay.',
  input: {
    describes: 'The version to restore.',
    fields: (t) => ({
      ...versionInputs(t),
      version: t.int({
        description:
          'The present version that was read; the mutation fails with CONFLICT after another change.',
      }),
      reason: t.string({ description: 'Why, at most 1000 characters. The audit log keeps it.' }),
    }),
  },
  scope: async (_root, { input }, { db }) => {
    const id = keyOrNull(input.auditEventId, 'AuditEvent')
    const entry = id && (await db.auditEvent.findUnique({ where: { id }, select: { action: true } }))
    return entry && isOfAnchor(entry) ? { administer: true } : { operate: true }
  },
  result: RestoreVersionSuccess,
  errors: [InvalidInputError, ConflictError, NotFoundError, EntityRejectedError],
  run: ({ auditEventId, side, version, reason }, { services, caller }) =>
    services.versions.restore(caller, auditEventKey(auditEventId), side, {
      version,
      reason: parseReason(reason),
    }),
})

/** @throws NotFoundError */
function auditEventKey(id: string): number {
  const key = keyOrNull(id, 'AuditEvent')
  if (key === null) throw new NotFoundError('There is no such audit entry.', 'auditEventId')
  return key
}
