/** The restoration of an earlier version from the audit log. */
import type { AuditEvent, Subordinate } from '#prisma/generated/client/client.ts'
import { readSettings } from '#server/database/settings.ts'
import type { Settings } from '#server/database/typed-row.ts'
import { ConflictError, InvalidInputError, NotFoundError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { remainingOf } from '#server/plan/apply.ts'
import {
  compareVersion,
  isOfAnchor,
  isRestorable,
  type Version,
  type VersionSide,
} from '#server/plan/source/version.ts'
import { builder } from '#server/schema/builder.ts'
import type { Context } from '#server/schema/context.ts'
import { failures } from '#server/schema/error.ts'
import { FieldChangeRef } from '#server/schema/field-change.ts'
import { locateId } from '#server/schema/global-id.ts'
import { keyOrNull, requireCaller } from '#server/schema/input.ts'
import { type InputFields, operation } from '#server/schema/operation.ts'
import { TrustAnchor } from '#server/schema/trust-anchor/trust-anchor.ts'
import { parseReason } from '#server/services/reason.ts'

const { EntityRejectedError } = failures

const VersionSideEnum = builder.enumType('VersionSide', {
  description: 'Which of the two versions of an audit entry.',
  values: {
    BEFORE: { description: 'The version before the recorded change.' },
    AFTER: { description: 'The version after the recorded change.' },
  } as const satisfies Record<VersionSide, object>,
})

const RestorationRef = builder.objectRef<Version>('Restoration').implement({
  description: 'What the restoration of an earlier version would change.',
  authScopes: { read: true },
  fields: (t) => ({
    version: t.exposeInt('version', {
      description: 'The present version; pass it to restoreVersion, which fails after another change.',
    }),
    differences: t.field({
      type: [FieldChangeRef],
      description: 'The differences from the present to the restored version; empty: they are the same.',
      resolve: ({ step }) => [...(step?.changes ?? [])],
    }),
  }),
})

/** Null: there is no such version, its object was removed, or it cannot be restored any more. */
async function previewOf(context: Context, entry: AuditEvent, side: VersionSide): Promise<Version | null> {
  const caller = requireCaller(context)
  try {
    return await compareVersion(sourceContext(context.anchor, caller), entry, side)
  } catch (error) {
    if (error instanceof InvalidInputError) return null
    throw error
  }
}

const sourceContext = (anchor: Context['anchor'], caller: Caller) => ({
  ...anchor,
  caller,
  checkCron: anchor.scheduleChanges.check,
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
    resolve: (event, { side }, context) => previewOf(context, event, side),
  }),
}))

type Restored = { subordinate: Subordinate | null; trustAnchor: Settings | null }

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
  async run({ auditEventId, side, version: read, reason: given }, context) {
    const { caller, db } = context
    const entry = await findEntry(context, auditEventId)
    const { version, step } = await compareVersion(sourceContext(context.anchor, caller), entry, side)
    if (read != null && read !== version)
      throw new ConflictError('It was changed since. Read its present version.', 'version')
    if (!step)
      throw new InvalidInputError('The present version is the same. Nothing to restore.', 'auditEventId')
    const remaining = await remainingOf({ ...context.anchor, installationChanges: null, reason: null }, step)
    const origin = `Restored as ${side === 'BEFORE' ? 'before' : 'after'} audit entry ${entry.id} of ${entry.at.toISOString()}.`
    const reason = [origin, parseReason(given) ?? []].flat().join(' ')
    if ('perform' in remaining) await remaining.perform({ ...caller, reason })
    return step.section === 'members'
      ? { subordinate: await db.subordinate.findUnique({ where: { entityId: step.key } }), trustAnchor: null }
      : { subordinate: null, trustAnchor: await readSettings(db) }
  },
})

/** Ids of a stored request name their anchor. @throws NotFoundError */
export async function findEntry({ db }: Context, id: string): Promise<AuditEvent> {
  const key = keyOrNull(locateId(id)?.id ?? id, 'AuditEvent')
  const entry = key === null ? null : await db.auditEvent.findUnique({ where: { id: key } })
  if (!entry) throw new NotFoundError('There is no such audit entry.', 'auditEventId')
  return entry
}
