/** Schedules and their changes. */
import { scheduleNames, schedules } from '#server/jobs/schedules.ts'
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { operation } from '#server/schema/operation.ts'

const { InvalidInputError, ConflictError, NotFoundError } = failures

export const ScheduleRef = builder.prismaObject('Schedule', {
  select: { name: true },
  description: 'A schedule: a task that runs automatically.',
  authScopes: { read: true },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name, such as `renew-subordinates`.' }),
    description: t.string({
      description: 'What it does.',
      select: { name: true },
      resolve: ({ name }) => schedules[name as keyof typeof schedules].description, // only rows of the table are read
    }),
    cron: t.exposeString('cron', { description: 'A cron expression with five fields, in UTC.' }),
    enabled: t.exposeBoolean('enabled', { description: 'Whether it is on.' }),
    nextRunAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it is next due; null while it is off.',
      select: { cron: true, enabled: true },
      resolve: (schedule, _args, { anchor: { scheduleChanges } }) => scheduleChanges.nextTime(schedule),
    }),
    lastStartedAt: t.expose('lastStartedAt', { type: 'DateTime', nullable: true }),
    lastEndedAt: t.expose('lastEndedAt', { type: 'DateTime', nullable: true }),
    lastSucceeded: t.exposeBoolean('lastSucceeded', { nullable: true }),
    lastMessage: t.exposeString('lastMessage', { nullable: true }),
    lastRun: t.prismaField({
      type: 'Run',
      nullable: true,
      description: 'The last run that it started; null if it starts none.',
      select: { lastRunId: true },
      resolve: (query, { lastRunId }, _args, { db }) =>
        lastRunId === null ? null : db.run.findUnique({ ...query, where: { id: lastRunId } }),
    }),
  }),
})

builder.queryField('schedules', (t) =>
  t.prismaField({
    type: ['Schedule'],
    description: 'All schedules.',
    authScopes: { read: true },
    resolve: (query, _root, _args, { db }) =>
      db.schedule.findMany({ ...query, where: { name: { in: scheduleNames } }, orderBy: { name: 'asc' } }),
  }),
)

builder.queryField('schedule', (t) =>
  t.prismaField({
    type: 'Schedule',
    nullable: true,
    description: 'A schedule, by its name; null: there is none.',
    authScopes: { read: true },
    args: { name: t.arg.string({ required: true, description: 'Its name.' }) },
    resolve: (query, _root, { name }, { db }) =>
      db.schedule.findFirst({ ...query, where: { AND: [{ name }, { name: { in: scheduleNames } }] } }),
  }),
)

operation('updateSchedule', {
  describes: 'Turns a schedule on or off, or changes its times.',
  scope: 'administer',
  input: {
    describes: 'Changes of a schedule; absent fields stay.',
    fields: (t) => ({
      name: t.string({ required: true, description: 'Its name.' }),
      enabled: t.boolean({ description: 'Whether it is on.' }),
      cron: t.string({ description: 'A cron expression with five fields, in UTC.' }),
    }),
  },
  result: ScheduleRef,
  errors: [InvalidInputError, ConflictError, NotFoundError],
  run: (input, context) => context.anchor.scheduleChanges.update(context.caller, input),
})
