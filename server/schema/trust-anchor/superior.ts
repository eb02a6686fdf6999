/** The superiors of this anchor in other federations, as read last. */
import { builder } from '#server/schema/builder.ts'
import { findPolicyConflict } from '#server/services/superior/policy-conflict.ts'
import { keysOf, type SuperiorView } from '#server/services/superior/superiors.ts'

export const Superior = builder.objectRef<SuperiorView>('Superior').implement({
  description: 'A superior of this anchor, and what it says about it (§3.1.3).',
  authScopes: { read: true },
  fields: (t) => ({
    entityId: t.expose('entityId', { type: 'EntityIdentifier', description: 'Its Entity Identifier.' }),
    checkedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When its statement was read last; null: not yet.',
      resolve: ({ row }) => row?.checkedAt ?? null,
    }),
    lastError: t.string({
      nullable: true,
      description: 'Why its statement could not be read; null if it could.',
      resolve: ({ row }) => row?.lastError ?? null,
    }),
    kids: t.stringList({
      description: 'The ids of the keys that its statement lists.',
      resolve: ({ row }) => Object.keys(keysOf(row)).sort(),
    }),
    policyConflict: t.string({
      nullable: true,
      description: 'How its policy contradicts the policy of this anchor; null if it does not.',
      resolve: async (superior, _args, { services }) =>
        findPolicyConflict(superior, await services.trustAnchor.settings()),
    }),
  }),
})
