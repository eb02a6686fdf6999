/** Runs: renewals, imports and walks, and what they worked on. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import { builder } from '#server/schema/builder.ts'
import type { Context } from '#server/schema/context.ts'
import { keyOrNull } from '#server/schema/input.ts'
import { keyInCursor, requireCursor } from '#server/schema/page.ts'

export const RunKindEnum = builder.enumType('RunKind', {
  description: 'What a run works on.',
  values: {
    SUBORDINATES: { description: 'Renews every active subordinate.' },
    TRUST_MARKS: { description: 'Renews every Trust Mark that stands.' },
    REISSUE_TRUST_MARKS: {
      description: 'Signs Trust Marks anew with the key of now, for as long as they were valid.',
    },
    COLLECTION: { description: 'Walks the federation into the collection.' },
    IMPORT: { description: 'Registers a list of entities, each independently.' },
    REBUILD: { description: 'Writes everything that is published anew.' },
  } as const,
})

export const RunState = builder.enumType('RunState', {
  description: 'How far a run is.',
  values: {
    QUEUED: { description: 'Waiting for a worker: it has just begun, or its worker ended.' },
    RUNNING: { description: 'At work.' },
    SUCCEEDED: { description: 'Ended; single items may have failed.' },
    FAILED: { description: 'Ended early because of a fault.' },
    CANCELLED: { description: 'Ended early because somebody wished it.' },
  } as const,
})

const kinds = {
  SUBORDINATES: 'SUBORDINATES',
  TRUST_MARKS: 'TRUST_MARKS',
  REISSUE_TRUST_MARKS: 'REISSUE_TRUST_MARKS',
  COLLECTION: 'COLLECTION',
  IMPORT: 'IMPORT',
  REBUILD: 'REBUILD',
} as const
const states = {
  QUEUED: 'QUEUED',
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
  const where = { sequence: { not: null }, ...(typeof failed === 'boolean' ? { ok: !failed } : {}) }
  return { where, orderBy: { sequence: 'asc' } }
}

export const RenewalRunRef = builder.prismaNode('RenewalRun', {
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
    current: t.exposeString('current', {
      nullable: true,
      description: 'One of the things it is at, as of a moment ago; null when it is not at work.',
    }),
    attempts: t.exposeInt('attempts', {
      description: 'How often a worker took it up: more than once when one ended before the run did.',
    }),
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
    ok: t.exposeBoolean('ok', {
      nullable: true,
      description: 'Whether it went well; null until it is finished.',
    }),
    message: t.exposeString('message', { nullable: true, description: 'What happened, as a sentence.' }),
    changes: t.expose('changes', {
      type: 'JSON',
      nullable: true,
      description:
        'What was found to have changed: a list of `{path, before, after}`; null when nothing was.',
    }),
    sequence: t.exposeInt('sequence', {
      nullable: true,
      description: 'Its place in the order in which the run finished its items, from 1.',
    }),
    attempts: t.exposeInt('attempts', { description: 'How often it was tried.' }),
    at: t.expose('at', { type: 'DateTime', nullable: true, description: 'When it was finished.' }),
  }),
})

builder.queryFields((t) => ({
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
