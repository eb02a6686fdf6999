/** How the installation is doing: counts, what expires soon, whether everything is published. */
import { scheduleNames } from '#server/jobs/schedules.ts'
import { readPublicationStatus } from '#server/publish/publication-status.ts'
import { builder } from '#server/schema/builder.ts'
import type { Context } from '#server/schema/context.ts'
import { ScheduleRef } from '#server/schema/run/schedule.ts'
import { ExpiringDay, expiringByDay } from '#server/schema/status/expiring-day.ts'
import { PublicationStatusRef } from '#server/schema/status/publication-status.ts'
import { Failing } from '#server/schema/subordinate/failing.ts'
import { whereState } from '#server/schema/subordinate/subordinate-state.ts'
import { whereRenewalFailed } from '#server/schema/trust-mark/trust-mark.ts'

const DAYS = 14

const count =
  (where: NonNullable<Parameters<Context['db']['subordinate']['count']>[0]>['where']) =>
  (_root: object, _args: object, { db }: Context) =>
    db.subordinate.count({ ...(where ? { where } : {}) })

const Counts = builder.objectRef<object>('Counts').implement({
  description: 'How many of each there are.',
  authScopes: { read: true },
  fields: (t) => ({
    subordinates: t.int({ description: 'Registered subordinates.', resolve: count({}) }),
    activeSubordinates: t.int({ description: 'Published subordinates.', resolve: count({ active: true }) }),
    failingSubordinates: t.int({
      description: 'Subordinates whose last renewal failed.',
      resolve: (_root, _args, { db }) => db.subordinate.count({ where: whereState('FAILING') }),
    }),
    openidProviders: t.int({
      description: 'Published OpenID Providers.',
      resolve: count({ active: true, entityTypes: { has: 'openid_provider' } }),
    }),
    relyingParties: t.int({
      description: 'Published Relying Parties.',
      resolve: count({ active: true, entityTypes: { has: 'openid_relying_party' } }),
    }),
    intermediates: t.int({
      description: 'Published Intermediates.',
      resolve: count({ active: true, intermediate: true }),
    }),
    trustMarkTypes: t.int({
      description: 'Trust Mark Types.',
      resolve: (_root, _args, { db }) => db.trustMarkType.count(),
    }),
    activeTrustMarks: t.int({
      description: 'Valid Trust Marks.',
      resolve: (_root, _args, { db }) =>
        db.trustMark.count({ where: { active: true, expiresAt: { gt: new Date() } } }),
    }),
    failingTrustMarks: t.int({
      description: 'Valid Trust Marks whose last renewal failed.',
      resolve: (_root, _args, { db }) =>
        db.trustMark.count({ where: { ...whereRenewalFailed, expiresAt: { gt: new Date() } } }),
    }),
  }),
})

const ExpiringSoon = builder.objectRef<object>('ExpiringSoon').implement({
  description: 'What expires in the next days unless it is renewed.',
  authScopes: { read: true },
  fields: (t) => ({
    days: t.int({ description: 'How many days ahead is looked.', resolve: () => DAYS }),
    subordinates: t.int({
      description: 'Subordinates whose own Entity Configuration or whose statement expires.',
      resolve: (_root, _args, { db }) => {
        const soon = { lt: new Date(Date.now() + DAYS * 86_400_000) }
        const renewedByHand = { autorenew: false, statementExpiresAt: soon }
        return db.subordinate.count({
          where: {
            active: true,
            OR: [renewedByHand, { failingSince: { not: null }, statementExpiresAt: soon }],
          },
        })
      },
    }),
    trustMarks: t.int({
      description: 'Trust Marks that are not renewed by schedule.',
      resolve: (_root, _args, { db }) => {
        const expiresAt = { gt: new Date(), lt: new Date(Date.now() + DAYS * 86_400_000) }
        return db.trustMark.count({ where: { active: true, autorenew: false, expiresAt } })
      },
    }),
  }),
})

const JobHealth = builder.objectRef<object>('JobHealth').implement({
  description: 'Whether what runs by itself does so.',
  authScopes: { read: true },
  fields: (t) => ({
    workers: t.int({
      description: 'Processes that execute runs and schedules; with none, nothing runs by itself.',
      resolve: (_root, _args, { queue }) => queue.countWorkers(),
    }),
    queuedRuns: t.int({
      description: 'Runs that wait for a worker.',
      resolve: (_root, _args, { db }) => db.renewalRun.count({ where: { state: 'QUEUED' } }),
    }),
    runningRuns: t.int({
      description: 'Runs that are at work.',
      resolve: (_root, _args, { db }) => db.renewalRun.count({ where: { state: 'RUNNING' } }),
    }),
    failingSchedules: t.prismaField({
      type: [ScheduleRef],
      description: 'Schedules that failed the last time.',
      resolve: (query, _root, _args, { db }) =>
        db.schedule.findMany({ ...query, where: { lastSucceeded: false, name: { in: scheduleNames } } }),
    }),
  }),
})

const ServerStatus = builder.objectRef<object>('ServerStatus').implement({
  description: 'How this installation is doing.',
  authScopes: { read: true },
  fields: (t) => ({
    entityId: t.field({
      type: 'EntityIdentifier',
      description: 'The Trust Anchor.',
      resolve: (_root, _args, { entityId }) => entityId,
    }),
    version: t.string({
      description: 'The version of this software.',
      resolve: (_root, _args, { version }) => version,
    }),
    counts: t.field({ type: Counts, description: 'How many of each there are.', resolve: () => ({}) }),
    expiringSoon: t.field({
      type: ExpiringSoon,
      description: 'What needs a person in the next days.',
      resolve: () => ({}),
    }),
    expiringByDay: t.field({
      type: [ExpiringDay],
      description: 'What expires on each of the next 30 days, today first, if nothing is renewed.',
      resolve: (_root, _args, { db }) => expiringByDay(db),
    }),
    failing: t.field({
      type: Failing,
      description: 'What could not be renewed the last time, with the reason.',
      resolve: () => ({}),
    }),
    publication: t.field({
      type: PublicationStatusRef,
      description: 'Whether everything is published.',
      resolve: (_root, _args, context) => readPublicationStatus(context.publishing),
    }),
    jobs: t.field({
      type: JobHealth,
      description: 'Whether what runs by itself does so.',
      resolve: () => ({}),
    }),
  }),
})

builder.queryField('serverStatus', (t) =>
  t.field({
    type: ServerStatus,
    description: 'Counts, what expires soon, and the state of publication.',
    authScopes: { read: true },
    resolve: () => ({}),
  }),
)
