/** What is done by the clock: seen, switched and timed. */
import { scheduleNames, schedules } from '#server/jobs/schedules.ts'
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { signedIn } from '#server/schema/input.ts'

const { InvalidInputError, NotFoundError } = failures

export const ScheduleRef = builder.prismaObject('Schedule', {
  select: { name: true },
  description: 'Work that is done by the clock.',
  authScopes: { read: true },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name, such as `renew-subordinates`.' }),
    description: t.string({
      description: 'What it does.',
      select: { name: true },
      resolve: ({ name }) => schedules[name as keyof typeof schedules].description, // only those of the table are read
    }),
    cron: t.exposeString('cron', { description: 'When: a cron line of five fields, in UTC.' }),
    enabled: t.exposeBoolean('enabled', { description: 'Whether it is on.' }),
    nextRunAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it is due next; null while it is off.',
      select: { cron: true, enabled: true },
      resolve: (schedule, _args, { scheduleChanges }) => scheduleChanges.nextTime(schedule),
    }),
    lastStartedAt: t.expose('lastStartedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it began last.',
    }),
    lastEndedAt: t.expose('lastEndedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When that ended; null while it is at work.',
    }),
    lastSucceeded: t.exposeBoolean('lastSucceeded', {
      nullable: true,
      description: 'Whether it ended well the last time; null while it never has.',
    }),
    lastMessage: t.exposeString('lastMessage', {
      nullable: true,
      description: 'What came of it, or why it failed.',
    }),
    lastRun: t.prismaField({
      type: 'RenewalRun',
      nullable: true,
      description: 'The run that it started last, where it starts runs.',
      select: { lastRunId: true },
      resolve: (query, { lastRunId }, _args, { db }) =>
        lastRunId === null ? null : db.renewalRun.findUnique({ ...query, where: { id: lastRunId } }),
    }),
  }),
})

builder.queryField('schedules', (t) =>
  t.prismaField({
    type: ['Schedule'],
    description: 'All work that is done by the clock.',
    authScopes: { read: true },
    resolve: (query, _root, _args, { db }) =>
      db.schedule.findMany({ ...query, where: { name: { in: scheduleNames } }, orderBy: { name: 'asc' } }),
  }),
)

const UpdateScheduleInput = builder.inputType('UpdateScheduleInput', {
  description: 'Changes of a schedule: an absent field stays as it is.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Its name.' }),
    enabled: t.boolean({ description: 'Whether it is on.' }),
    cron: t.string({ description: 'A cron line of five fields, in UTC.' }),
  }),
})

builder.mutationField('updateSchedule', (t) =>
  t.field({
    type: ScheduleRef,
    description: 'Switches work that is done by the clock on or off, or gives it another time.',
    authScopes: { administer: true },
    errors: { types: [InvalidInputError, NotFoundError] },
    args: { input: t.arg({ type: UpdateScheduleInput, required: true, description: 'What to change.' }) },
    resolve: (_root, { input }, context) => context.scheduleChanges.update(signedIn(context), input),
  }),
)
