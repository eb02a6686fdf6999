/** The subscription that keeps lists of subordinates current. */
import type { SubordinateChange } from '#server/live/events.ts'
import { readOnce } from '#server/live/shared-read.ts'
import { builder } from '#server/schema/builder.ts'

const SubordinateChangeKind = builder.enumType('SubordinateChangeKind', {
  description: 'The kind of change of a subordinate.',
  values: {
    REGISTERED: { description: 'It was registered.' },
    UPDATED: { description: 'Its registration was changed, or its renewal failed.' },
    RENEWED: { description: 'Its configuration was fetched again and a new statement signed.' },
    DEACTIVATED: { description: 'It was removed from every endpoint.' },
    REACTIVATED: { description: 'It is published again.' },
    REMOVED: { description: 'Its registration was removed.' },
  } as const,
})

const SubordinateChangeRef = builder.objectRef<SubordinateChange>('SubordinateChange').implement({
  description: 'A change of one subordinate.',
  authScopes: { read: true },
  fields: (t) => ({
    kind: t.expose('kind', { type: SubordinateChangeKind, description: 'The kind of change.' }),
    entityId: t.expose('entityId', { type: 'EntityIdentifier', description: 'The Entity Identifier.' }),
    subordinate: t.prismaField({
      type: 'Subordinate',
      nullable: true,
      description: 'The current subordinate; null if it was removed.',
      resolve: (query, change, _args, { db }) =>
        readOnce(change, query, () =>
          db.subordinate.findUnique({ ...query, where: { entityId: change.entityId } }),
        ),
    }),
  }),
})

builder.subscriptionField('subordinateChanged', (t) =>
  t.field({
    type: SubordinateChangeRef,
    description: 'Each change of a subordinate, from any process.',
    authScopes: { read: true },
    subscribe: (_root, _args, { anchor: { events } }) => events.subscribe(),
    resolve: (change) => change,
  }),
)
