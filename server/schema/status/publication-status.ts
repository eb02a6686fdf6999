/** The publication status, as part of the server's status and as a subscription. */
import { readExportedFiles } from '#server/publish/exported-files.ts'
import { readBudgetReport } from '#server/publish/outage-budget.ts'
import {
  estimateSeconds,
  healthOf,
  type PublicationStatus,
  rateOf,
} from '#server/publish/publication-status.ts'
import { builder } from '#server/schema/builder.ts'
import { ExportedFilesRef } from '#server/schema/status/exported-files.ts'
import { OutageBudgetRef } from '#server/schema/status/outage-budget.ts'

const Drift = builder.prismaObject('DriftReport', {
  name: 'Drift',
  description:
    'The differences between Redis and the database at the last consistency check. They are repaired automatically.',
  select: { id: true },
  authScopes: { read: true },
  fields: (t) => ({
    checkedAt: t.expose('checkedAt', { type: 'DateTime', description: 'When it was checked.' }),
    missing: t.exposeInt('missing', { description: 'Objects that were not published.' }),
    unexpected: t.exposeInt('unexpected', { description: 'Objects that should not have been published.' }),
    different: t.exposeInt('different', { description: 'Objects that were published in another state.' }),
    examples: t.exposeStringList('examples', { description: 'Descriptions of the first differences.' }),
  }),
})

const PublicationHealth = builder.enumType('PublicationHealth', {
  description: 'Whether Redis matches the database.',
  values: {
    UP_TO_DATE: { description: 'Everything is published.' },
    PENDING: { description: 'Changes are being published.' },
    BEHIND: { description: 'Changes are being published, but one has waited for more than half a minute.' },
    STALLED: {
      description:
        'Changes wait and nothing was published for half a minute, the last attempt failed (see lastError), or Redis does not answer.',
    },
  } as const,
})

export const PublicationStatusRef = builder.objectRef<PublicationStatus>('PublicationStatus').implement({
  description: 'Whether Redis matches the database.',
  authScopes: { read: true },
  fields: (t) => ({
    health: t.field({
      type: PublicationHealth,
      description: 'The state.',
      resolve: (status, _args, { now }) => healthOf(status, now()),
    }),
    pending: t.exposeInt('pending', { description: 'The number of unpublished changes.' }),
    rate: t.float({
      description: 'Changes published per second over the last seconds; 0 while nothing is published.',
      resolve: (status, _args, { now }) => rateOf(status, now()),
    }),
    estimatedSeconds: t.int({
      nullable: true,
      description: 'The time until everything is published at this rate; null while nothing is published.',
      resolve: (status, _args, { now }) => estimateSeconds(status, now()),
    }),
    oldestPendingAt: t.expose('oldest', {
      type: 'DateTime',
      nullable: true,
      description: 'The time of the oldest unpublished change.',
    }),
    lastPublishedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the last change was published.',
      resolve: ({ lease }) => lease?.lastPublishedAt ?? null,
    }),
    lastError: t.string({
      nullable: true,
      description: 'Why the last attempt failed; null if it succeeded.',
      resolve: ({ lease, redisReachable }) =>
        redisReachable ? (lease?.lastError ?? null) : 'Redis cannot be reached.',
    }),
    redisReachable: t.exposeBoolean('redisReachable', { description: 'Whether Redis answers.' }),
    files: t.field({
      type: ExportedFilesRef,
      nullable: true,
      description: 'The files of an export, as it wrote them last; null: there is none.',
      resolve: ({ manifest }) => readExportedFiles(manifest),
    }),
    outageBudget: t.field({
      type: OutageBudgetRef,
      nullable: true,
      description: 'Whether what is published keeps the outage budget; null: there is none.',
      resolve: (_status, _args, { anchor: { publishing } }) => readBudgetReport(publishing),
    }),
    drift: t.prismaField({
      type: Drift,
      nullable: true,
      description: 'The result of the last consistency check; null before the first one.',
      resolve: (query, _root, _args, { db }) => db.driftReport.findUnique({ ...query, where: { id: 1 } }),
    }),
  }),
})

builder.subscriptionField('publicationChanged', (t) =>
  t.field({
    type: PublicationStatusRef,
    description: 'The publication status: first the current one, then each change.',
    authScopes: { read: true },
    subscribe: (_root, _args, { anchor: { publicationWatch } }) => publicationWatch.follow(),
    resolve: (status) => status,
  }),
)
