/** Starts a change of many subordinates. */
import { InvalidInputError } from '#server/error/operation-error.ts'
import { changeOptions, type Subjects } from '#server/jobs/kind/change-parameters.ts'
import { builder } from '#server/schema/builder.ts'
import type { Context } from '#server/schema/context.ts'
import { failures } from '#server/schema/error.ts'
import { fieldsOf } from '#server/schema/fields-of.ts'
import { keyOrNull } from '#server/schema/input.ts'
import { type InputFields, operation } from '#server/schema/operation.ts'
import { RunRef } from '#server/schema/run/run.ts'
import { SubordinateAction } from '#server/schema/run/subordinate-action.ts'
import { withOrganizationKey } from '#server/schema/subordinate/annotation-fields.ts'
import { subordinateCondition } from '#server/schema/subordinate/subordinate-list.ts'
import { SubordinateSelection } from '#server/schema/subordinate/subordinate-selection.ts'
import { statementFields } from '#server/services/subordinate/input.ts'

const { ConflictError, NotFoundError } = failures

const SubordinateSettingsInput = builder.inputType('SubordinateSettingsInput', {
  description: 'Settings to change: an absent field keeps its value, null resets it to its default.',
  fields: (t) => ({
    ...fieldsOf(t, statementFields),
    addTags: t.stringList({ description: 'Tags to add. Each subordinate keeps its other tags.' }),
    removeTags: t.stringList({ description: 'Tags to remove, without regard to case.' }),
    organizationId: t.id({ description: 'The organization that they belong to.' }),
  }),
})

/** What the actions take, besides the subordinates. */
export const changeInputs = (t: InputFields) => ({
  changes: t.field({ type: SubordinateSettingsInput, description: 'The settings, for UPDATE only.' }),
  trustMarkType: t.field({
    type: 'URL',
    description: 'The type, for ISSUE_TRUST_MARK and REVOKE_TRUST_MARK only.',
  }),
  delegation: t.field({
    type: 'JWT',
    description: 'The owner’s delegation, to issue marks of a type with an owner (§7.2).',
  }),
  revokeTrustMarks: t.boolean({
    description:
      'Whether REMOVE revokes the Trust Marks that this anchor issued to each, too; true by default. For REMOVE only.',
  }),
})

operation('startSubordinateChange', {
  describes:
    'Starts a change of many subordinates, each independently and with the checks of its own mutation. Follow the run with runProgress. One at a time.',
  scope: 'operate',
  input: {
    describes: 'The change and the subordinates.',
    fields: (t) => ({
      action: t.field({ type: SubordinateAction, required: true, description: 'What to do.' }),
      subordinates: t.field({
        type: SubordinateSelection,
        required: true,
        description: 'The subordinates.',
      }),
      dryRun: t.boolean({
        description: 'Changes nothing: each item says what would happen. False by default.',
      }),
      reason: t.string({
        description: 'Why, at most 1000 characters. The audit log and revoked marks keep it.',
      }),
      ...changeInputs(t),
    }),
  },
  result: RunRef,
  errors: [InvalidInputError, ConflictError, NotFoundError],
  async run(input, context) {
    const { subordinates, revokeTrustMarks: revokesMarks, ...rest } = input
    const given = { ...rest, revokesMarks, changes: input.changes && withOrganizationKey(input.changes) }
    const options = await changeOptions(context, given, await subjectsOf(subordinates, context))
    const reason = input.reason?.trim()
    const caller = { ...context.caller, ...(reason ? { reason } : {}) }
    return context.runs.start(caller, 'SUBORDINATE_CHANGE', options)
  },
})

async function subjectsOf(
  { ids, entityIds, filter }: typeof SubordinateSelection.$inferInput,
  context: Context,
): Promise<Subjects> {
  if (ids) return { ids: ids.map((id) => ({ id, key: keyOrNull(id, 'Subordinate') })) }
  if (entityIds) return { entityIds }
  return { filter: filter ?? {}, where: await subordinateCondition(filter ?? {}, context) }
}
