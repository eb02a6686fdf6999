/** What a federation policy would do, before it is saved. */
import { builder } from '#server/schema/builder.ts'
import { type MemberEffect, type PolicyPreview, previewPolicy } from '#server/services/policy-preview.ts'

const MAXIMUM_AFFECTED = 100

const PolicyEffect = builder.enumType('PolicyEffect', {
  description: 'What a policy would do to one subordinate.',
  values: {
    UNCHANGED: { description: 'Its resolved metadata stays as it is.' },
    CHANGED: { description: 'Its resolved metadata becomes another.' },
    FAILS: { description: 'Its metadata would not satisfy the policy: it would no longer resolve.' },
  } as const,
})

const MemberEffectRef = builder.objectRef<MemberEffect>('PolicyMemberEffect').implement({
  description: 'What a policy would do to one subordinate, with the difference or the reason.',
  authScopes: { read: true },
  fields: (t) => ({
    entityId: t.expose('entityId', { type: 'EntityIdentifier', description: 'Which subordinate.' }),
    effect: t.expose('effect', { type: PolicyEffect, description: 'In one word.' }),
    before: t.expose('before', {
      type: 'JSON',
      nullable: true,
      description: 'Its resolved metadata now; null when it does not resolve.',
    }),
    after: t.expose('after', {
      type: 'JSON',
      nullable: true,
      description: 'Its resolved metadata then; null when it would not resolve.',
    }),
    findings: t.exposeStringList('findings', { description: 'Why it would fail, each reason a sentence.' }),
  }),
})

const PolicyPreviewRef = builder.objectRef<PolicyPreview>('PolicyPreview').implement({
  description: 'The effect of a policy on every active subordinate.',
  authScopes: { read: true },
  fields: (t) => ({
    unchanged: t.exposeInt('unchanged', { description: 'Subordinates whose metadata stays as it is.' }),
    changed: t.exposeInt('changed', { description: 'Subordinates whose metadata becomes another.' }),
    failing: t.exposeInt('failing', { description: 'Subordinates that would no longer resolve.' }),
    affected: t.expose('affected', {
      type: [MemberEffectRef],
      description: 'The first of those that change or fail, with the details.',
    }),
  }),
})

builder.queryField('previewMetadataPolicy', (t) =>
  t.field({
    type: PolicyPreviewRef,
    description: 'The effect of a federation policy on every active subordinate, without saving it.',
    authScopes: { read: true },
    args: {
      policy: t.arg({
        type: 'JSON',
        required: true,
        description: 'Entity Type -> parameter -> operator -> value (section 6.1).',
      }),
      first: t.arg.int({
        defaultValue: 25,
        description: `How many affected subordinates to describe, at most ${MAXIMUM_AFFECTED}.`,
      }),
    },
    resolve: (_root, { policy, first }, { db, entityId }) =>
      previewPolicy({ db, entityId }, { policy, limit: Math.min(first ?? 25, MAXIMUM_AFFECTED) }),
  }),
)
