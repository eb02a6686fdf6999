/** The list of runs: filters, order, pages. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import { builder } from '#server/schema/builder.ts'
import { orderInput } from '#server/schema/order.ts'
import { columnsOf, newestFirst, type PageOrder, readPage } from '#server/schema/page.ts'
import { PlanSourceKind, RunKindEnum, RunState } from '#server/schema/run/run.ts'

const RunFilter = builder.inputType('RunFilter', {
  description: 'Conditions, combined with AND; absent ones are ignored.',
  fields: (t) => ({
    kind: t.field({ type: RunKindEnum, description: 'The kind.' }),
    kinds: t.field({ type: [RunKindEnum], description: 'One of these kinds; any by default.' }),
    planSource: t.field({
      type: PlanSourceKind,
      description: 'It applies a plan that is made of this.',
    }),
    states: t.field({
      type: [RunState],
      description: 'One of these states; any by default.',
    }),
    startedBy: t.string({ description: 'The actor who started it, as in the audit log.' }),
    hasFailures: t.boolean({ description: 'Whether any item failed.' }),
  }),
})

const RunOrder = orderInput('RunOrder', 'runs', {
  STARTED_AT: { value: 'startedAt', description: 'By start time.' },
  FAILED: { value: 'failed', description: 'By the number of failed items.' },
})

type Filter = typeof RunFilter.$inferInput
type Order = typeof RunOrder.$inferInput

function where(filter: Filter | null | undefined): Prisma.RunWhereInput {
  if (!filter) return {}
  const { kind, kinds, planSource, states, startedBy, hasFailures } = filter
  const and: Prisma.RunWhereInput[] = []
  if (kind) and.push(ofKind(kind))
  if (kinds && kinds.length > 0) and.push({ OR: kinds.map(ofKind) })
  if (planSource) and.push(withPlan(planSource))
  if (states && states.length > 0) and.push({ state: { in: states } })
  if (startedBy?.trim()) and.push({ startedBy: startedBy.trim() })
  if (typeof hasFailures === 'boolean') and.push({ failed: hasFailures ? { gt: 0 } : 0 })
  return { AND: and }
}

/** What runs of kinds of 0.2 are now. */
const earlierKinds: Readonly<Record<string, string>> = {
  IMPORT: 'list',
  PROMOTION: 'promotion',
  SUBORDINATE_CHANGE: 'selection',
}

function ofKind(kind: string): Prisma.RunWhereInput {
  const source = earlierKinds[kind]
  return source === undefined ? { kind } : { OR: [{ kind }, withPlan(source)] }
}

const withPlan = (source: string): Prisma.RunWhereInput => ({
  kind: 'CONFIGURATION',
  parameters: { path: ['source'], equals: source },
})

/** The condition and the order of a page; each has an index (schema.prisma). */
export function runPage(filter?: Filter | null, orderBy?: Order | null) {
  return { where: where(filter), orderBy: columnsOf(orderOf(orderBy)) }
}

function orderOf(orderBy: Order | null | undefined): PageOrder<Order['field']> {
  return orderBy ? { column: orderBy.field, direction: orderBy.direction } : newestFirst
}

builder.queryField('runs', (t) =>
  t.prismaConnection(
    {
      type: 'Run',
      cursor: 'id',
      description: 'Runs, newest first by default, at most 100 per page.',
      authScopes: { read: true },
      args: {
        filter: t.arg({ type: RunFilter, description: 'The filter.' }),
        orderBy: t.arg({ type: RunOrder, description: 'The order; newest first by default.' }),
      },
      totalCount: (_root, { filter }, { db }) => db.run.count({ where: where(filter) }),
      resolve: (query, _root, { filter, orderBy }, { db }) =>
        readPage(
          query,
          orderOf(orderBy),
          (where) => db.run.findUnique({ where, select: { id: true, startedAt: true, failed: true } }),
          ({ conditions, ...range }) =>
            db.run.findMany({ ...range, where: { AND: [where(filter), conditions] } }),
        ),
    },
    { name: 'RunConnection' },
    { name: 'RunEdge' },
  ),
)
