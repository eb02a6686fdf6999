/** The status of the installation: counts, upcoming expiry, publication. */
import { Prisma } from '#prisma/generated/client/client.ts'
import { countTogether } from '#server/database/together.ts'
import { scheduleNames } from '#server/jobs/schedules.ts'
import { readPublicationStatus } from '#server/publish/publication-status.ts'
import { builder } from '#server/schema/builder.ts'
import { perRequest } from '#server/schema/context.ts'
import { shareReads } from '#server/schema/large-read.ts'
import { ScheduleRef } from '#server/schema/run/schedule.ts'
import { ExpiringDay, expiringByDay } from '#server/schema/status/expiring-day.ts'
import { PublicationStatusRef } from '#server/schema/status/publication-status.ts'
import { countSubordinates } from '#server/schema/status/subordinate-counts.ts'
import { Failing, failingTrustMarks } from '#server/schema/subordinate/failing.ts'

const DAYS = 14
const inDays = (now: Date) => new Date(now.getTime() + DAYS * 86_400_000)

/** All numbers that a caller asks for. Alone, because the other parts need not wait for it. */
const countsOf = perRequest(shareReads(({ db, now }) => countSubordinates(db, now())))
const readExpiring = shareReads(({ db, now }) => expiringByDay(db, now()))

const Counts = builder.objectRef<object>('Counts').implement({
  description: 'Counts of objects.',
  authScopes: { read: true },
  fields: (t) => ({
    subordinates: t.int({
      description: 'Registered subordinates.',
      resolve: async (_root, _args, context) => {
        const { active, inactive } = await countsOf(context)
        return active + inactive
      },
    }),
    activeSubordinates: t.int({
      description: 'Published subordinates.',
      resolve: async (_root, _args, context) => (await countsOf(context)).active,
    }),
    failingSubordinates: t.int({
      description: 'Published subordinates with a problem: their state is neither `ACTIVE` nor `INACTIVE`.',
      resolve: async (_root, _args, context) => (await countsOf(context)).failing,
    }),
    openidProviders: t.int({
      description: 'Published OpenID Providers.',
      resolve: async (_root, _args, context) => (await countsOf(context)).providers,
    }),
    relyingParties: t.int({
      description: 'Published Relying Parties.',
      resolve: async (_root, _args, context) => (await countsOf(context)).parties,
    }),
    intermediates: t.int({
      description: 'Published Intermediates.',
      resolve: async (_root, _args, context) => (await countsOf(context)).intermediates,
    }),
    trustMarkTypes: t.int({
      description: 'Trust Mark types.',
      resolve: (_root, _args, { db }) => countTogether(db, Prisma.sql`"TrustMarkType"`),
    }),
    activeTrustMarks: t.int({
      description: 'Valid Trust Marks.',
      resolve: (_root, _args, { db, now }) =>
        countTogether(db, Prisma.sql`"TrustMark" WHERE "active" AND "expiresAt" > ${now()}::timestamp`),
    }),
    failingTrustMarks: t.int({
      description: 'Valid Trust Marks whose last renewal failed.',
      resolve: (_root, _args, { db, now }) => countTogether(db, failingTrustMarks(now())),
    }),
  }),
})

const ExpiringSoon = builder.objectRef<object>('ExpiringSoon').implement({
  description: 'Objects that expire in the next days unless they are renewed.',
  authScopes: { read: true },
  fields: (t) => ({
    days: t.int({ description: 'The number of days.', resolve: () => DAYS }),
    subordinates: t.int({
      description: 'Subordinates whose Entity Configuration or statement expires.',
      resolve: (_root, _args, { db, now }) => {
        const isNotRenewed = Prisma.sql`NOT "autorenew" OR "failingSince" IS NOT NULL OR "unresolvableSince" IS NOT NULL`
        const soon = Prisma.sql`"statementExpiresAt" < ${inDays(now())}::timestamp`
        return countTogether(db, Prisma.sql`"Subordinate" WHERE "active" AND (${isNotRenewed}) AND ${soon}`)
      },
    }),
    trustMarks: t.int({
      description: 'Trust Marks that are not renewed automatically.',
      resolve: (_root, _args, { db, now }) => {
        const soon = Prisma.sql`"expiresAt" > ${now()}::timestamp AND "expiresAt" < ${inDays(now())}::timestamp`
        return countTogether(db, Prisma.sql`"TrustMark" WHERE "active" AND NOT "autorenew" AND ${soon}`)
      },
    }),
  }),
})

const JobHealth = builder.objectRef<object>('JobHealth').implement({
  description: 'The state of runs and schedules.',
  authScopes: { read: true },
  fields: (t) => ({
    workers: t.int({
      description: 'The number of processes that execute runs and schedules. With 0, nothing runs.',
      resolve: (_root, _args, { anchor: { queue } }) => queue.countWorkers(),
    }),
    queuedRuns: t.int({
      description: 'The number of queued runs.',
      resolve: (_root, _args, { db }) => countTogether(db, Prisma.sql`"Run" WHERE "state" = 'QUEUED'`),
    }),
    runningRuns: t.int({
      description: 'The number of running runs.',
      resolve: (_root, _args, { db }) => countTogether(db, Prisma.sql`"Run" WHERE "state" = 'RUNNING'`),
    }),
    failingSchedules: t.prismaField({
      type: [ScheduleRef],
      description: 'Schedules whose last execution failed.',
      resolve: (query, _root, _args, { db }) =>
        db.schedule.findMany({ ...query, where: { lastSucceeded: false, name: { in: scheduleNames } } }),
    }),
  }),
})

export const ServerStatus = builder.objectRef<object>('ServerStatus').implement({
  description: 'The status of this installation.',
  authScopes: { read: true },
  fields: (t) => ({
    entityId: t.field({
      type: 'EntityIdentifier',
      description: 'The Trust Anchor.',
      resolve: (_root, _args, { entityId }) => entityId,
    }),
    version: t.string({
      description: 'The version of this software.',
      resolve: (_root, _args, { installation: { version } }) => version,
    }),
    counts: t.field({ type: Counts, description: 'Counts of objects.', resolve: () => ({}) }),
    expiringSoon: t.field({
      type: ExpiringSoon,
      description: 'Objects that expire soon and are not renewed automatically.',
      resolve: () => ({}),
    }),
    expiringByDay: t.field({
      type: [ExpiringDay],
      description: 'What would expire on each of the next 30 days, from today, if nothing were renewed.',
      resolve: (_root, _args, context) => readExpiring(context),
    }),
    failing: t.field({
      type: Failing,
      description: 'Objects whose last renewal failed, with the reason.',
      resolve: () => ({}),
    }),
    publication: t.field({
      type: PublicationStatusRef,
      description: 'The publication status.',
      resolve: (_root, _args, context) => readPublicationStatus(context.anchor.publishing),
    }),
    jobs: t.field({
      type: JobHealth,
      description: 'The state of runs and schedules.',
      resolve: () => ({}),
    }),
  }),
})

builder.queryField('serverStatus', (t) =>
  t.field({
    type: ServerStatus,
    nullable: true, // it fails apart from the rest of a document
    description:
      'The status of the installation: counts, upcoming expiry and publication; null beside an error.',
    authScopes: { read: true },
    resolve: () => ({}),
  }),
)
