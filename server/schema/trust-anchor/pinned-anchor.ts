/** The foreign Trust Anchors whose keys are pinned, as visited last. */
import { builder } from '#server/schema/builder.ts'
import { endingsOf, type PinnedAnchorView } from '#server/services/trust-anchor/pinned-anchors.ts'

const EndingKey = builder.objectRef<{ kid: string; endsAt: Date }>('EndingKey').implement({
  description: 'A pinned key that its Trust Anchor does not publish any more.',
  authScopes: { read: true },
  fields: (t) => ({
    kid: t.exposeString('kid', { description: 'Its id.' }),
    endsAt: t.expose('endsAt', { type: 'DateTime', description: 'Until when it stays pinned.' }),
  }),
})

export const PinnedAnchor = builder.objectRef<PinnedAnchorView>('PinnedAnchor').implement({
  description:
    'A foreign Trust Anchor whose keys are pinned, and follow the changes that it announces (§11.2).',
  authScopes: { read: true },
  fields: (t) => ({
    entityId: t.expose('entityId', { type: 'EntityIdentifier', description: 'Its Entity Identifier.' }),
    checkedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When its Entity Configuration was fetched last; null: not yet.',
      resolve: ({ row }) => row?.checkedAt ?? null,
    }),
    followedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When a pinned key verified it last; null: not yet.',
      resolve: ({ row }) => row?.followedAt ?? null,
    }),
    lastError: t.string({
      nullable: true,
      description: 'Why its keys could not be followed; null if they could.',
      resolve: ({ row }) => row?.lastError ?? null,
    }),
    endingKeys: t.field({
      type: [EndingKey],
      description: 'The pinned keys that it does not publish any more.',
      resolve: ({ row }) =>
        Object.entries(endingsOf(row)).map(([kid, end]) => ({ kid, endsAt: new Date(end * 1000) })),
    }),
  }),
})
