/** The status of the installation: counts, upcoming expiry, publication. */
import { Prisma } from '#prisma/generated/client/client.ts'
import { scheduleNames } from '#server/jobs/schedules.ts'
import { readPublicationStatus } from '#server/publish/publication-status.ts'
import { builder } from '#server/schema/builder.ts'
import { type Context, perRequest } from '#server/schema/context.ts'
import { ScheduleRef } from '#server/schema/run/schedule.ts'
import { ExpiringDay, expiringByDay } from '#server/schema/status/expiring-day.ts'
import { PublicationStatusRef } from '#server/schema/status/publication-status.ts'
import { Failing } from '#server/schema/subordinate/failing.ts'
import { whereRenewalFailed } from '#server/schema/trust-mark/trust-mark.ts'
import { whereProblem } from '#server/services/subordinate/problem.ts'

const DAYS = 14
const inDays = (now: Date) => new Date(now.getTime() + DAYS * 86_400_000)

/** Reads all rows once, for all numbers that a caller asks for. */
const countSubordinates = perRequest(async ({ db }: Context) => {
  const published = (condition: string) =>
    Prisma.sql`(count(*) FILTER (WHERE "active" AND ${Prisma.raw(condition)}))::int`
  const [row] = await db.$queryRaw<
    [Record<'all' | 'active' | 'providers' | 'parties' | 'intermediates', number>]
  >`
    SELECT count(*)::int AS "all", ${published('true')} AS "active", ${published('"intermediate"')} AS "intermediates",
      ${published(`'openid_provider' = ANY ("entityTypes")`)} AS "providers",
      ${published(`'openid_relying_party' = ANY ("entityTypes")`)} AS "parties"
    FROM "Subordinate"`
  return row
})

const Counts = builder.objectRef<object>('Counts').implement({
  description: 'Counts of objects.',
  authScopes: { read: true },
  fields: (t) => ({
    subordinates: t.int({
      description: 'Registered subordinates.',
      resolve: async (_root, _args, context) => (await countSubordinates(context)).all,
    }),
    activeSubordinates: t.int({
      description: 'Published subordinates.',
      resolve: async (_root, _args, context) => (await countSubordinates(context)).active,
    }),
    failingSubordinates: t.int({
      description: 'Published subordinates with a problem: their state is neither `ACTIVE` nor `INACTIVE`.',
      resolve: (_root, _args, { db, now }) => db.subordinate.count({ where: whereProblem(now()) }),
    }),
    openidProviders: t.int({
      description: 'Published OpenID Providers.',
      resolve: async (_root, _args, context) => (await countSubordinates(context)).providers,
    }),
    relyingParties: t.int({
      description: 'Published Relying Parties.',
      resolve: async (_root, _args, context) => (await countSubordinates(context)).parties,
    }),
    intermediates: t.int({
      description: 'Published Intermediates.',
      resolve: async (_root, _args, context) => (await countSubordinates(context)).intermediates,
    }),
    trustMarkTypes: t.int({
      description: 'Trust Mark types.',
      resolve: (_root, _args, { db }) => db.trustMarkType.count(),
    }),
    activeTrustMarks: t.int({
      description: 'Valid Trust Marks.',
      resolve: (_root, _args, { db, now }) =>
        db.trustMark.count({ where: { active: true, expiresAt: { gt: now() } } }),
    }),
    failingTrustMarks: t.int({
      description: 'Valid Trust Marks whose last renewal failed.',
      resolve: (_root, _args, { db, now }) =>
        db.trustMark.count({ where: { ...whereRenewalFailed, expiresAt: { gt: now() } } }),
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
        const soon = { lt: inDays(now()) }
        const renewedByHand = { autorenew: false, statementExpiresAt: soon }
        return db.subordinate.count({
          where: {
            active: true,
            OR: [
              renewedByHand,
              { failingSince: { not: null }, statementExpiresAt: soon },
              { unresolvableSince: { not: null }, statementExpiresAt: soon },
            ],
          },
        })
      },
    }),
    trustMarks: t.int({
      description: 'Trust Marks that are not renewed automatically.',
      resolve: (_root, _args, { db, now }) => {
        const expiresAt = { gt: now(), lt: inDays(now()) }
        return db.trustMark.count({ where: { active: true, autorenew: false, expiresAt } })
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
      resolve: (_root, _args, { queue }) => queue.countWorkers(),
    }),
    queuedRuns: t.int({
      description: 'The number of queued runs.',
      resolve: (_root, _args, { db }) => db.run.count({ where: { state: 'QUEUED' } }),
    }),
    runningRuns: t.int({
      description: 'The number of running runs.',
      resolve: (_root, _args, { db }) => db.run.count({ where: { state: 'RUNNING' } }),
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
      resolve: (_root, _args, { version }) => version,
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
      resolve: (_root, _args, { db, now }) => expiringByDay(db, now()),
    }),
    failing: t.field({
      type: Failing,
      description: 'Objects whose last renewal failed, with the reason.',
      resolve: () => ({}),
    }),
    publication: t.field({
      type: PublicationStatusRef,
      description: 'The publication status.',
      resolve: (_root, _args, context) => readPublicationStatus(context.publishing),
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
