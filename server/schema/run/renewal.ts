/** Renews statements and Trust Marks. A renewal sets no field, so it has no plan. */
import type { Run } from '#prisma/generated/client/client.ts'
import { ConflictError, InvalidInputError } from '#server/error/operation-error.ts'
import type { RenewalParameters } from '#server/jobs/kind/subordinates.ts'
import { MAXIMUM_OBJECTS } from '#server/plan/source/source.ts'
import { builder } from '#server/schema/builder.ts'
import { type OperationContext, operation } from '#server/schema/operation.ts'
import { RunRef } from '#server/schema/run/run.ts'
import { chosenBy, SubordinateSelection } from '#server/schema/subordinate/subordinate-selection.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import { parseReason } from '#server/services/reason.ts'

const RenewalKind = builder.enumType('RenewalKind', {
  description: 'What to renew.',
  values: {
    SUBORDINATES: { description: 'Every active subordinate.' },
    TRUST_MARKS: { description: 'Every active Trust Mark.' },
  } as const,
})

operation('startRenewal', {
  describes:
    'Starts a renewal of all objects of a kind, or of chosen subordinates; follow it with runProgress. One run per kind at a time.',
  scope: 'operate',
  input: {
    describes: 'What to renew.',
    fields: (t) => ({
      kind: t.field({ type: RenewalKind, required: true, description: 'The kind of object.' }),
      due: t.boolean({ description: 'Whether to renew only what is due, as the schedule does.' }),
      subordinates: t.field({
        type: SubordinateSelection,
        description: 'Only these subordinates, at most 100000. Each gets a new statement in any case.',
      }),
      reason: t.string({ description: 'Why, at most 1000 characters. Only with subordinates.' }),
      dryRun: t.boolean({
        description:
          'Changes nothing: each item says what would happen. Only with subordinates. False by default.',
      }),
    }),
  },
  result: RunRef,
  errors: [ConflictError, InvalidInputError],
  run({ kind, due, subordinates, reason: given, dryRun }, context) {
    const reason = parseReason(given)
    if (subordinates) {
      if (kind !== 'SUBORDINATES' || due)
        throw new InvalidInputError('Chosen subordinates need the kind SUBORDINATES, without due.', 'kind')
      return renewChosen(context, subordinates, { action: 'startRenewal', reason, dryRun })
    }
    if (reason !== undefined || dryRun)
      throw new InvalidInputError(
        'Only a renewal of chosen subordinates takes a reason or makes a dry run.',
        'subordinates',
      )
    return context.runs.start(context.caller, kind, due ? { parameters: { due } } : {})
  },
})

type Renewal = {
  action: AuditAction
  reason: string | undefined
  dryRun: boolean | null | undefined
}

/** @throws InvalidInputError, ConflictError */
export async function renewChosen(
  context: OperationContext,
  subordinates: typeof SubordinateSelection.$inferInput,
  { action, reason, dryRun }: Renewal,
): Promise<Run> {
  const { where, named } = await chosenBy(context, subordinates)
  const rows = await context.db.subordinate.findMany({
    ...{ where, orderBy: { id: 'asc' }, take: MAXIMUM_OBJECTS + 1 },
    select: { id: true, entityId: true },
  })
  if (rows.length > MAXIMUM_OBJECTS)
    throw new InvalidInputError(
      `At most ${MAXIMUM_OBJECTS} subordinates are renewed at once.`,
      'subordinates',
    )
  const known = new Set(rows.map(({ entityId }) => entityId))
  const unknown = (named ?? []).filter((entityId) => !known.has(entityId))
  const why = reason === undefined ? {} : { reason }
  const parameters: RenewalParameters = { action: 'RENEW', dryRun: dryRun ?? false, ...why }
  return context.runs.start({ ...context.caller, ...why }, 'SUBORDINATES', {
    action,
    parameters,
    items: [
      ...rows.map(({ id, entityId }) => ({ key: String(id), resource: entityId })),
      ...unknown.map((resource) => ({ resource })),
    ],
  })
}
