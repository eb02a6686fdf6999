/** Runs: renewals and walks, started, watched and read later. */
import type { Prisma, RenewalRun, RenewalRunItem } from '#prisma/generated/client/client.ts'
import { builder } from '#server/schema/builder.ts'
import type { Context } from '#server/schema/context.ts'
import { failures } from '#server/schema/error.ts'
import { keyOrNull, nodeId, signedIn } from '#server/schema/input.ts'
import { keyInCursor, requireCursor } from '#server/schema/page.ts'

const { ConflictError, NotFoundError } = failures

const RunKindEnum = builder.enumType('RunKind', {
  description: 'What a run works on.',
  values: {
    SUBORDINATES: { description: 'Renews every active subordinate.' },
    TRUST_MARKS: { description: 'Renews every Trust Mark that stands.' },
    COLLECTION: { description: 'Walks the federation into the collection.' },
  } as const,
})

const RenewalKind = builder.enumType('RenewalKind', {
  description: 'What to renew.',
  values: {
    SUBORDINATES: { description: 'Every active subordinate.' },
    TRUST_MARKS: { description: 'Every Trust Mark that stands.' },
  } as const,
})

const RunState = builder.enumType('RunState', {
  description: 'How far a run is.',
  values: {
    RUNNING: { description: 'At work.' },
    SUCCEEDED: { description: 'Ended; single items may have failed.' },
    FAILED: { description: 'Ended early because of a fault, or its process ended.' },
    CANCELLED: { description: 'Ended early because somebody wished it.' },
  } as const,
})

const kinds = { SUBORDINATES: 'SUBORDINATES', TRUST_MARKS: 'TRUST_MARKS', COLLECTION: 'COLLECTION' } as const
const states = {
  RUNNING: 'RUNNING',
  SUCCEEDED: 'SUCCEEDED',
  FAILED: 'FAILED',
  CANCELLED: 'CANCELLED',
} as const

type ItemArguments = { failed?: boolean | null | undefined }
type Cursors = { after?: string | null; before?: string | null }

async function itemsOf({ failed, after, before }: ItemArguments & Cursors, { db }: Context) {
  const find = (id: number) => db.renewalRunItem.findUnique({ where: { id }, select: { id: true } })
  await requireCursor(keyInCursor(after ?? before), find)
  return { where: typeof failed === 'boolean' ? { ok: !failed } : {}, orderBy: { id: 'asc' } }
}

builder.prismaNode('RenewalRun', {
  nullable: true,
  id: { field: 'id' },
  select: { id: true },
  description: 'Work on many things at once, that can be watched and read later.',
  authScopes: { read: true },
  fields: (t) => ({
    kind: t.field({
      type: RunKindEnum,
      description: 'What it works on.',
      select: { kind: true },
      resolve: ({ kind }) => kinds[kind as keyof typeof kinds], // written by us, from the same names
    }),
    state: t.field({
      type: RunState,
      description: 'How far it is.',
      select: { state: true },
      resolve: ({ state }) => states[state as keyof typeof states], // written by us, from the same names
    }),
    startedBy: t.exposeString('startedBy', { description: 'Who asked for it, as in the audit log.' }),
    total: t.exposeInt('total', {
      nullable: true,
      description: 'How many things it works on; null until that is known.',
    }),
    done: t.exposeInt('done', { description: 'How many went well.' }),
    failed: t.exposeInt('failed', { description: 'How many failed.' }),
    error: t.exposeString('error', { nullable: true, description: 'Why it failed as a whole.' }),
    cancelRequested: t.exposeBoolean('cancelRequested', {
      description: 'Whether somebody wishes it to end early.',
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
    endedAt: t.expose('endedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
    rate: t.float({
      description: 'Things a second, since it began.',
      select: { done: true, failed: true, startedAt: true, endedAt: true },
      resolve: ({ done, failed, startedAt, endedAt }) => {
        const seconds = ((endedAt ?? new Date()).getTime() - startedAt.getTime()) / 1000
        return seconds > 0 ? (done + failed) / seconds : 0
      },
    }),
    items: t.relatedConnection('items', {
      cursor: 'id',
      description: 'What it worked on, in the order in which it finished.',
      totalCount: true,
      args: {
        failed: t.arg.boolean({ description: 'Only those that failed, or only those that went well.' }),
      },
      // The library waits for a promise and passes the cursors on, but its types know neither.
      query: itemsOf as unknown as (args: ItemArguments) => Prisma.RenewalRun$itemsArgs,
    }),
  }),
})

builder.prismaNode('RenewalRunItem', {
  nullable: true,
  id: { field: 'id' },
  select: { id: true },
  description: 'One thing that a run worked on.',
  authScopes: { read: true },
  fields: (t) => ({
    resource: t.exposeString('resource', { description: 'Which one, by its natural key.' }),
    ok: t.exposeBoolean('ok', { description: 'Whether it went well.' }),
    message: t.exposeString('message', { nullable: true, description: 'What happened, as a sentence.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it was finished.' }),
  }),
})

builder.queryFields((t) => ({
  renewalRuns: t.prismaConnection({
    type: 'RenewalRun',
    cursor: 'id',
    description: 'Runs, the latest first, at most 100 a page.',
    authScopes: { read: true },
    args: { kind: t.arg({ type: RunKindEnum, description: 'Only of this kind.' }) },
    totalCount: (_root, { kind }, { db }) => db.renewalRun.count({ where: kind ? { kind } : {} }),
    resolve: async (query, _root, { kind }, { db }) => {
      await requireCursor(query.cursor, (where) => db.renewalRun.findUnique({ where, select: { id: true } }))
      return db.renewalRun.findMany({ ...query, where: kind ? { kind } : {}, orderBy: { id: 'desc' } })
    },
  }),
  renewalRun: t.prismaField({
    type: 'RenewalRun',
    nullable: true,
    description: 'One run, by its id.',
    authScopes: { read: true },
    args: { id: t.arg.id({ required: true, description: 'The run’s id.' }) },
    resolve: (query, _root, { id }, { db }) => {
      const key = keyOrNull(id, 'RenewalRun')
      return key === null ? null : db.renewalRun.findUnique({ ...query, where: { id: key } })
    },
  }),
}))

const CancelRunInput = builder.inputType('CancelRunInput', {
  description: 'Which run.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The run’s id.' }) }),
})

builder.mutationFields((t) => ({
  startRenewal: t.prismaField({
    type: 'RenewalRun',
    description:
      'Starts to renew everything of a kind; watch it with renewalProgress. One of a kind runs at a time.',
    authScopes: { operate: true },
    errors: { types: [ConflictError] },
    args: { kind: t.arg({ type: RenewalKind, required: true, description: 'What to renew.' }) },
    resolve: (_query, _root, { kind }, context) => context.runs.start(signedIn(context), kind),
  }),
  startCollectionWalk: t.prismaField({
    type: 'RenewalRun',
    description:
      'Starts to walk the federation into the collection; what is there is replaced when it has ended well.',
    authScopes: { operate: true },
    errors: { types: [ConflictError] },
    resolve: (_query, _root, _args, context) => context.runs.start(signedIn(context), 'COLLECTION'),
  }),
  cancelRun: t.prismaField({
    type: 'RenewalRun',
    description: 'Ends a run after the item it is at. What it has done stays done.',
    authScopes: { operate: true },
    errors: { types: [ConflictError, NotFoundError] },
    args: { input: t.arg({ type: CancelRunInput, required: true, description: 'Which run.' }) },
    resolve: (_query, _root, { input }, context) => context.runs.cancel(nodeId(input.id, 'RenewalRun')),
  }),
}))

type Progress = { run: RenewalRun; item: RenewalRunItem | null }

const RenewalProgress = builder.objectRef<Progress>('RenewalProgress').implement({
  description: 'How far a run is, with the item that was just finished.',
  authScopes: { read: true },
  fields: (t) => ({
    run: t.prismaField({
      type: 'RenewalRun',
      description: 'The run as it is now.',
      resolve: (_query, { run }) => run,
    }),
    item: t.prismaField({
      type: 'RenewalRunItem',
      nullable: true,
      description: 'The item that was just finished; null when only the state changed.',
      resolve: (_query, { item }) => item,
    }),
  }),
})

/** The present state first, then each change, and an end when the run has ended. */
async function* follow(runId: number, { db, events }: Context): AsyncGenerator<Progress> {
  // Listening begins before the state is read, so that no change falls between.
  const changes = events.subscribeToRuns()
  const run = await db.renewalRun.findUnique({ where: { id: runId } })
  if (!run) return
  yield { run, item: null }
  if (run.endedAt) return
  for await (const change of changes) {
    if (change.runId !== runId) continue
    const [now, item] = await Promise.all([
      db.renewalRun.findUniqueOrThrow({ where: { id: runId } }),
      change.itemId === null ? null : db.renewalRunItem.findUnique({ where: { id: change.itemId } }),
    ])
    yield { run: now, item }
    if (now.endedAt && change.itemId === null) return
  }
}

builder.subscriptionField('renewalProgress', (t) =>
  t.field({
    type: RenewalProgress,
    description: 'A run as it goes on: first its present state, at last its end.',
    authScopes: { read: true },
    args: { runId: t.arg.id({ required: true, description: 'The run’s id.' }) },
    subscribe: (_root, { runId }, context) => follow(keyOrNull(runId, 'RenewalRun') ?? 0, context),
    resolve: (progress) => progress,
  }),
)
