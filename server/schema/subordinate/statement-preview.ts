/** Previews a Subordinate Statement before it is saved. */
import type { PolicyExplanation } from '#core/metadata-policy/index.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import { builder } from '#server/schema/builder.ts'
import { PolicyStep } from '#server/schema/entity/entity-resolution.ts'
import { FieldChangeRef } from '#server/schema/field-change.ts'
import { fieldsOf } from '#server/schema/fields-of.ts'
import { nodeId } from '#server/schema/input.ts'
import type { Conclusion } from '#server/services/entity/conclusion.ts'
import { statementFields } from '#server/services/subordinate/input.ts'
import type { StatementPreview } from '#server/services/subordinate/statement-preview.ts'

const ConclusionRef = builder.objectRef<Conclusion>('StatementConclusion').implement({
  description: 'The result of resolving an entity with a Subordinate Statement (§6.1.4.2).',
  authScopes: { read: true },
  fields: (t) => ({
    metadata: t.expose('metadata', {
      type: 'JSON',
      nullable: true,
      description: 'The resolved metadata; null if constraints or policy reject it.',
    }),
    findings: t.exposeStringList('findings', {
      description: 'The reasons of a rejection, one sentence each.',
    }),
    policy: t.field({
      type: [PolicyStep],
      description: 'The metadata policy, step by step.',
      resolve: ({ policy }): PolicyExplanation['steps'] => policy,
    }),
  }),
})

const StatementPreviewRef = builder.objectRef<StatementPreview>('StatementPreview').implement({
  description: 'A Subordinate Statement as it would be signed, and how the entity would resolve with it.',
  authScopes: { read: true },
  fields: (t) => ({
    entityId: t.expose('entityId', { type: 'EntityIdentifier', description: 'The subject of the mark.' }),
    claims: t.expose('claims', { type: 'JSON', description: 'The claims that would be signed.' }),
    presentClaims: t.expose('present', {
      type: 'JSON',
      nullable: true,
      description: 'The claims of the current statement; null if there is none.',
    }),
    differences: t.expose('differences', {
      type: [FieldChangeRef],
      description: 'The differences between the two. Of their times, only the validity period is compared.',
    }),
    presentConclusion: t.expose('presentConclusion', {
      type: ConclusionRef,
      nullable: true,
      description: 'The current result of a resolver; null for an entity that is not registered.',
    }),
    conclusion: t.expose('conclusion', {
      type: ConclusionRef,
      description: 'The result of a resolver with the new statement.',
    }),
  }),
})

/** What is in the statement. */
const { autorenew: _autorenew, ...claimFields } = statementFields

const StatementChanges = builder.inputType('StatementChangesInput', {
  description: 'Proposed changes: an absent field keeps its value, null clears it.',
  fields: (t) => ({
    jwks: t.field({
      type: 'JWKS',
      description: 'The keys in the statement; null: use the keys in its Entity Configuration.',
    }),
    ...fieldsOf(t, claimFields),
  }),
})

builder.queryField('previewSubordinateStatement', (t) =>
  t.field({
    type: StatementPreviewRef,
    description:
      'Previews the statement about an entity with some changes. Uses the last fetched configuration of a registered entity, and fetches that of another one.',
    authScopes: { read: true },
    args: {
      id: t.arg.id({ description: 'The subordinate’s id.' }),
      entityId: t.arg({
        type: 'EntityIdentifier',
        description: 'An entity, registered or not, instead of the id.',
      }),
      changes: t.arg({ type: StatementChanges, description: 'The proposed changes; none by default.' }),
    },
    resolve: (_root, { id, entityId, changes }, { services }) =>
      services.subordinates.preview(subjectOf(id, entityId), changes ?? {}),
  }),
)

function subjectOf(id: string | null | undefined, entityId: string | null | undefined) {
  if (id != null && entityId == null) return { id: nodeId(id, 'Subordinate') }
  if (entityId != null && id == null) return { entityId }
  throw new InvalidInputError('Set either id or entityId.')
}
