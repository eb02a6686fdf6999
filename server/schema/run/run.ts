/** Runs, such as renewals, imports and crawls, with their items. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import { Actor } from '#server/schema/access/actor.ts'
import { builder } from '#server/schema/builder.ts'
import type { Context } from '#server/schema/context.ts'
import { type FieldChange, FieldChangeRef } from '#server/schema/field-change.ts'
import { keyOrNull } from '#server/schema/input.ts'
import { requireNestedCursor } from '#server/schema/page-cursor.ts'
import { parameterOf, SubordinateAction, subordinateActions } from '#server/schema/run/subordinate-action.ts'
import { entityOf } from '#server/services/entity/known-name.ts'

export const RunKindEnum = builder.enumType('RunKind', {
  description: 'The kind of a run.',
  values: {
    SUBORDINATES: { description: 'Renews active subordinates: all, those that are due, or chosen ones.' },
    TRUST_MARKS: { description: 'Renews every active Trust Mark.' },
    REISSUE_TRUST_MARKS: {
      description: 'Re-signs Trust Marks with the current key and keeps their expiry.',
    },
    COLLECTION: { description: 'Crawls the federation into the collection.' },
    IMPORT: { description: 'Registered a list of entities, before 0.3; CONFIGURATION now.' },
    PROMOTION: { description: 'Registered subordinates of another anchor, before 0.3; CONFIGURATION now.' },
    SUBORDINATE_CHANGE: { description: 'Changed many subordinates, before 0.3; CONFIGURATION now.' },
    REQUEST_APPROVAL: { description: 'Approved many requests, before 0.3; CONFIGURATION now.' },
    REBUILD: { description: 'Republishes everything.' },
    CONFIGURATION: {
      description:
        'Applies a plan. Of files and settings, none of it if an object would be refused; of other sources, each object independently.',
    },
    EVALUATION: {
      description:
        'Evaluates every subordinate, and every entity below an Intermediate from the last crawl, under the present policy and constraints, without fetching it.',
    },
  } as const,
})

/** The values are those of the parameters of a run. */
export const PlanSourceKind = builder.enumType('PlanSourceKind', {
  description: 'What a plan is made of.',
  values: {
    FILES: { value: 'files', description: 'Configuration files.' },
    SELECTION: { value: 'selection', description: 'One change of many subordinates.' },
    LIST: { value: 'list', description: 'A list of entities to register.' },
    PROMOTION: { value: 'promotion', description: 'Subordinates of another anchor.' },
    VERSION: { value: 'version', description: 'An earlier version of an object.' },
    SETTINGS: { value: 'settings', description: 'Settings and metadata policy.' },
    REQUESTS: { value: 'requests', description: 'The approval of requests.' },
  } as const,
})

export const RunState = builder.enumType('RunState', {
  description: 'The state of a run.',
  values: {
    QUEUED: { description: 'Waiting for a worker: newly started, or its worker stopped.' },
    RUNNING: { description: 'Running.' },
    SUCCEEDED: { description: 'Completed; single items may have failed, and in a dry run each of them.' },
    PARTLY: { description: 'Files were applied in part: some of their objects were refused.' },
    FAILED: { description: 'Stopped with an error, or every item failed.' },
    CANCELLED: { description: 'Cancelled by a user.' },
  } as const,
})

const kinds = {
  SUBORDINATES: 'SUBORDINATES',
  TRUST_MARKS: 'TRUST_MARKS',
  REISSUE_TRUST_MARKS: 'REISSUE_TRUST_MARKS',
  COLLECTION: 'COLLECTION',
  IMPORT: 'IMPORT',
  PROMOTION: 'PROMOTION',
  SUBORDINATE_CHANGE: 'SUBORDINATE_CHANGE',
  REQUEST_APPROVAL: 'REQUEST_APPROVAL',
  REBUILD: 'REBUILD',
  EVALUATION: 'EVALUATION',
  CONFIGURATION: 'CONFIGURATION',
} as const
const states = {
  QUEUED: 'QUEUED',
  RUNNING: 'RUNNING',
  SUCCEEDED: 'SUCCEEDED',
  PARTLY: 'PARTLY',
  FAILED: 'FAILED',
  CANCELLED: 'CANCELLED',
} as const

type ItemArguments = { failed?: boolean | null | undefined; skipped?: boolean | null | undefined }
type Cursors = { after?: string | null; before?: string | null }

async function itemsOf({ failed, skipped, after, before }: ItemArguments & Cursors, { db }: Context) {
  await requireNestedCursor(after ?? before, (id) =>
    db.runItem.findUnique({ where: { id }, select: { id: true } }),
  )
  const where = {
    sequence: { not: null },
    ...(typeof failed === 'boolean' ? { ok: !failed } : {}),
    ...(typeof skipped === 'boolean' ? { skipped } : {}),
  }
  return { where, orderBy: { sequence: 'asc' } }
}

export const RunRef = builder.prismaNode('Run', {
  nullable: true,
  id: { field: 'id' },
  select: { id: true },
  description: 'An asynchronous job with items, which can be followed live and read later.',
  authScopes: { read: true },
  fields: (t) => ({
    kind: t.field({
      type: RunKindEnum,
      description: 'The kind.',
      select: { kind: true },
      resolve: ({ kind }) => kinds[kind as keyof typeof kinds], // written by us, from the same names
    }),
    planSource: t.field({
      type: PlanSourceKind,
      nullable: true,
      description: 'What the plan that it applies is made of; null: it applies none.',
      select: { kind: true, parameters: true },
      resolve: ({ kind, parameters }) => {
        if (kind !== 'CONFIGURATION') return null
        return (parameterOf(parameters, 'source') ?? 'files') as typeof PlanSourceKind.$inferType // as its start wrote it
      },
    }),
    state: t.field({
      type: RunState,
      description: 'The state.',
      select: { state: true },
      resolve: ({ state }) => states[state as keyof typeof states], // written by us, from the same names
    }),
    startedBy: t.expose('startedBy', { type: Actor, description: 'Who started it.' }),
    total: t.exposeInt('total', { nullable: true }),
    done: t.exposeInt('done', { description: 'The number of successful items.' }),
    failed: t.exposeInt('failed', { description: 'The number of failed items.' }),
    skipped: t.exposeInt('skipped'),
    dryRun: t.boolean({
      description: 'Whether it changes nothing, and each item only says what would happen.',
      select: { parameters: true },
      resolve: ({ parameters }) => parameterOf(parameters, 'dryRun') === true,
    }),
    subordinateAction: t.field({
      type: SubordinateAction,
      nullable: true,
      description: 'What is done to each of many chosen subordinates; null for other runs.',
      select: { parameters: true },
      resolve: ({ parameters }) =>
        subordinateActions.find((action) => action === parameterOf(parameters, 'action')) ?? null,
    }),
    reason: t.string({
      nullable: true,
      description: 'The reason that its starter gave.',
      select: { parameters: true },
      resolve: ({ parameters }) => {
        const reason = parameterOf(parameters, 'reason')
        return typeof reason === 'string' ? reason : null
      },
    }),
    current: t.exposeString('current', { nullable: true }),
    attempts: t.exposeInt('attempts', {
      description: 'How often a worker took the run: more than once if a worker stopped early.',
    }),
    error: t.exposeString('error', { nullable: true, description: 'Why the run failed.' }),
    cancelRequested: t.exposeBoolean('cancelRequested'),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it started.' }),
    endedAt: t.expose('endedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
    rate: t.float({
      description: 'Items per second since the start.',
      select: { done: true, failed: true, startedAt: true, endedAt: true },
      resolve: ({ done, failed, startedAt, endedAt }, _args, { now }) => {
        const seconds = ((endedAt ?? now()).getTime() - startedAt.getTime()) / 1000
        return seconds > 0 ? (done + failed) / seconds : 0
      },
    }),
    items: t.relatedConnection(
      'items',
      {
        cursor: 'id',
        description: 'The items, in order of completion.',
        totalCount: true,
        args: {
          failed: t.arg.boolean({ description: 'true: only failed items; false: only successful ones.' }),
          skipped: t.arg.boolean({
            description: 'true: only items with nothing to do; false: only others.',
          }),
        },
        // Pothos awaits a promise and passes the cursors, but its types express neither.
        query: itemsOf as unknown as (args: ItemArguments) => Prisma.Run$itemsArgs,
      },
      { name: 'RunItemConnection' },
      { name: 'RunItemEdge' },
    ),
  }),
})

builder.prismaNode('RunItem', {
  nullable: true,
  id: { field: 'id' },
  select: { id: true },
  description: 'An item of a run.',
  authScopes: { read: true },
  fields: (t) => ({
    resource: t.exposeString('resource', { description: 'The natural key of the object.' }),
    entityName: t.string({
      nullable: true,
      description: 'The display name of its entity; null: it is not registered here, or has none.',
      select: { resource: true },
      resolve: ({ resource }, _args, { nameOf }) => nameOf(entityOf(resource)),
    }),
    ok: t.exposeBoolean('ok', { nullable: true }),
    skipped: t.exposeBoolean('skipped'),
    message: t.exposeString('message', { nullable: true, description: 'What happened.' }),
    changes: t.field({
      type: [FieldChangeRef],
      nullable: true,
      description: 'The changes found; null: none.',
      select: { changes: true },
      resolve: ({ changes }) => changes as FieldChange[] | null, // written by the task of the item
    }),
    sequence: t.exposeInt('sequence', { nullable: true }),
    attempts: t.exposeInt('attempts', { description: 'The number of attempts.' }),
    at: t.expose('at', { type: 'DateTime', nullable: true, description: 'When it finished.' }),
  }),
})

builder.queryFields((t) => ({
  run: t.prismaField({
    type: 'Run',
    nullable: true,
    description: 'A run, by its id.',
    authScopes: { read: true },
    args: { id: t.arg.id({ required: true, description: 'The run’s id.' }) },
    resolve: (query, _root, { id }, { db }) => {
      const key = keyOrNull(id, 'Run')
      return key === null ? null : db.run.findUnique({ ...query, where: { id: key } })
    },
  }),
}))
