/** Whether everything is published: as part of the server's status, and as it changes. */
import { healthOf, type PublicationStatus } from '#server/publish/publication-status.ts'
import { builder } from '#server/schema/builder.ts'

const Drift = builder.prismaObject('DriftReport', {
  name: 'Drift',
  description:
    'Where Redis was found to say other than the database, when it was compared last. It is repaired.',
  select: { id: true },
  authScopes: { read: true },
  fields: (t) => ({
    checkedAt: t.expose('checkedAt', { type: 'DateTime', description: 'When it was compared.' }),
    missing: t.exposeInt('missing', { description: 'Things that were not published.' }),
    unexpected: t.exposeInt('unexpected', { description: 'Things that were published and should not be.' }),
    different: t.exposeInt('different', { description: 'Things that were published in another state.' }),
    examples: t.exposeStringList('examples', { description: 'The first of them, in words.' }),
  }),
})

const PublicationHealth = builder.enumType('PublicationHealth', {
  description: 'Whether what Redis serves is what the database says.',
  values: {
    UP_TO_DATE: { description: 'Everything is published.' },
    PENDING: { description: 'A change is on its way.' },
    STALLED: { description: 'A change has been waiting for more than half a minute; see lastError.' },
  } as const,
})

export const PublicationStatusRef = builder.objectRef<PublicationStatus>('PublicationStatus').implement({
  description: 'Whether what Redis serves is what the database says.',
  authScopes: { read: true },
  fields: (t) => ({
    health: t.field({ type: PublicationHealth, description: 'In one word.', resolve: healthOf }),
    pending: t.exposeInt('pending', { description: 'Changes that are not published yet.' }),
    oldestPendingAt: t.expose('oldest', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when the oldest of them waits.',
    }),
    lastPublishedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the last change was published.',
      resolve: ({ lease }) => lease?.lastPublishedAt ?? null,
    }),
    lastError: t.string({
      nullable: true,
      description: 'Why the last attempt failed.',
      resolve: ({ lease, redisReachable }) =>
        redisReachable ? (lease?.lastError ?? null) : 'Redis cannot be reached.',
    }),
    redisReachable: t.exposeBoolean('redisReachable', { description: 'Whether Redis answers.' }),
    drift: t.prismaField({
      type: Drift,
      nullable: true,
      description: 'How far Redis was from the database; null before the first comparison.',
      resolve: (query, _root, _args, { db }) => db.driftReport.findUnique({ ...query, where: { id: 1 } }),
    }),
  }),
})

builder.subscriptionField('publicationChanged', (t) =>
  t.field({
    type: PublicationStatusRef,
    description: 'Whether everything is published: first the present state, then each other one.',
    authScopes: { read: true },
    subscribe: (_root, _args, { publicationWatch }) => publicationWatch.follow(),
    resolve: (status) => status,
  }),
)
