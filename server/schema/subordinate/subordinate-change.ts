/** What a change of many subordinates takes. */
import { builder } from '#server/schema/builder.ts'
import { fieldsOf } from '#server/schema/fields-of.ts'
import type { InputFields } from '#server/schema/operation.ts'
import { statementFields } from '#server/services/subordinate/input.ts'

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
