/** Previews the effect of a federation policy before it is saved. */
import { linesOfEffect } from '#server/plan/in-words.ts'
import { builder } from '#server/schema/builder.ts'
import { PlanEffectRef } from '#server/schema/plan/effect.ts'
import { PolicyEffect } from '#server/schema/trust-anchor/policy-effect.ts'
import { PolicyEffectPart } from '#server/schema/trust-anchor/policy-effects.ts'
import { parsePolicy } from '#server/services/effect/member-effects.ts'
import type { PlanEffect } from '#server/services/effect/plan-effect.ts'
import {
  type AffectedPage,
  type EffectCounts,
  type MemberEffect,
  previewPolicy,
} from '#server/services/effect/policy-preview.ts'

const MAXIMUM_AFFECTED = 100

const MemberEffectRef = builder.objectRef<MemberEffect>('PolicyMemberEffect').implement({
  description: 'The effect of a policy on one subordinate, with the difference or the reason.',
  authScopes: { read: true },
  fields: (t) => ({
    entityId: t.expose('entityId', {
      type: 'EntityIdentifier',
      description: 'The Entity Identifier of the subordinate.',
    }),
    effect: t.expose('effect', { type: PolicyEffect, description: 'The state.' }),
    before: t.expose('before', {
      type: 'JSON',
      nullable: true,
      description: 'Its current resolved metadata; null if it does not resolve.',
    }),
    after: t.expose('after', {
      type: 'JSON',
      nullable: true,
      description: 'Its resolved metadata under the new policy; null if it would not resolve.',
    }),
    findings: t.exposeStringList('findings', { description: 'The reasons of a failure, one sentence each.' }),
  }),
})

/** Computed once, on demand. */
type PolicyPreview = {
  policy: unknown
  plan: () => Promise<PlanEffect>
  counts: () => Promise<EffectCounts>
  page: () => Promise<AffectedPage>
}

const PolicyPreviewRef = builder.objectRef<PolicyPreview>('PolicyPreview').implement({
  description: 'The effect of a policy on every active subordinate.',
  authScopes: { read: true },
  fields: (t) => ({
    unchanged: t.int({
      description: 'Subordinates whose metadata does not change.',
      resolve: async ({ counts }) => (await counts()).unchanged,
    }),
    changed: t.int({
      description: 'Subordinates whose metadata changes.',
      resolve: async ({ counts }) => (await counts()).changed,
    }),
    failing: t.int({
      description: 'Subordinates that would no longer resolve.',
      resolve: async ({ counts }) => (await counts()).failing,
    }),
    affected: t.field({
      type: [MemberEffectRef],
      description: 'The requested subordinates with details, in the order of registration.',
      resolve: async ({ page }) => (await page()).members,
    }),
    members: t.field({
      type: PolicyEffectPart,
      description: 'The effect on active subordinates, grouped. Kept for some time for pages of its groups.',
      resolve: async ({ policy }, _args, { services }) => ({
        ...(await services.policyEffects.members(policy)),
        isBelow: false,
      }),
    }),
    below: t.field({
      type: PolicyEffectPart,
      nullable: true,
      description:
        'The effect on entities below Intermediates, as the last crawl read them; null before the first crawl.',
      resolve: async ({ policy }, _args, { services }) => {
        const part = await services.policyEffects.below(policy)
        return part && { ...part, isBelow: true }
      },
    }),
    effect: t.field({
      type: PlanEffectRef,
      description:
        'The effect as that of a plan: who stops to resolve, who starts to, and who resolves with other metadata.',
      resolve: ({ plan }) => plan(),
    }),
    text: t.string({
      description:
        'The effect in words, for a terminal: the numbers, the causes, then the names. Empty: none.',
      resolve: async ({ plan }, _args, { db }) =>
        linesOfEffect(db, await plan()).then((lines) => lines.join('\n')),
    }),
    hasMore: t.boolean({
      description: 'Whether there are more after the last one.',
      resolve: async ({ page }) => (await page()).hasMore,
    }),
  }),
})

builder.queryField('previewMetadataPolicy', (t) =>
  t.field({
    type: PolicyPreviewRef,
    description:
      'Previews the effect of a federation policy on every active subordinate. Counts examine all of them; omit the counts when you request further pages.',
    authScopes: { read: true },
    args: {
      policy: t.arg({
        type: 'JSON',
        required: true,
        description: 'Entity Type -> parameter -> operator -> value (§6.1).',
      }),
      first: t.arg.int({
        defaultValue: 25,
        description: `The number of affected subordinates to return, at most ${MAXIMUM_AFFECTED}.`,
      }),
      after: t.arg({ type: 'EntityIdentifier', description: 'Starts after this subordinate.' }),
      effect: t.arg({
        type: PolicyEffect,
        description: 'Only subordinates with this effect; by default, changed and failing ones.',
      }),
    },
    resolve: (_root, { policy, first, after, effect }, context) => {
      const preview = previewPolicy(context, policy)
      const limit = Math.min(first ?? 25, MAXIMUM_AFFECTED)
      return {
        policy,
        plan: once(async () =>
          context.services.planEffect({ settings: { metadataPolicy: parsePolicy(policy) } }),
        ),
        counts: once(() => preview.count()),
        page: once(() => preview.page({ limit, after, effect })),
      }
    },
  }),
)

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined
  return () => {
    made ??= make()
    return made
  }
}
