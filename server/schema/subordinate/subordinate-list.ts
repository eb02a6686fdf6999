/** The list of subordinates: filters, order, pages. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { builder } from '#server/schema/builder.ts'
import type { Context } from '#server/schema/context.ts'
import { inFilter } from '#server/schema/in-filter.ts'
import { keyOrNull } from '#server/schema/input.ts'
import { shareReads } from '#server/schema/large-read.ts'
import { orderInput } from '#server/schema/order.ts'
import { columnsOf, type PageOrder, readPage } from '#server/schema/page.ts'
import { searchTextConditions } from '#server/schema/search-text.ts'
import { SigningAlgorithm } from '#server/schema/signing-key/signing-algorithm.ts'
import { ProblemCode, SubordinateState } from '#server/schema/subordinate/subordinate-state.ts'
import { doesNotName } from '#server/services/algorithm.ts'
import { MAXIMUM_TAGS, tagCondition } from '#server/services/annotation.ts'
import {
  type ProblemCode as Code,
  toProblemCondition,
  toStateCondition,
  whereProblem,
} from '#server/services/subordinate/problem.ts'

export const SubordinateFilter = builder.inputType('SubordinateFilter', {
  description: 'Conditions, combined with AND; absent ones are ignored.',
  fields: (t) => ({
    search: t.string({
      description:
        'Words in any order, each a part of the Entity Identifier, a name of it or its organization, a contact, its note or a tag; case-insensitive. At most 16.',
    }),
    entityType: t.string({ description: 'An Entity Type, such as `openid_provider`.' }),
    state: t.field({ type: SubordinateState, description: 'Its state.' }),
    hasProblem: t.boolean({
      description: 'Whether it has a problem: its state is neither `ACTIVE` nor `INACTIVE`.',
    }),
    problem: t.field({ type: ProblemCode, description: 'It has this problem.' }),
    active: t.boolean({ description: 'Whether it is published.' }),
    intermediate: t.boolean({ description: 'Whether it has subordinates.' }),
    expiresAfter: t.field({ type: 'DateTime', description: 'Its statement expires at this time or later.' }),
    expiresBefore: t.field({ type: 'DateTime', description: 'Its statement expires before this time.' }),
    configurationExpiresAfter: t.field({
      type: 'DateTime',
      description: 'Its Entity Configuration, as last fetched, expires at this time or later.',
    }),
    configurationExpiresBefore: t.field({
      type: 'DateTime',
      description: 'Its Entity Configuration, as last fetched, expires before this time.',
    }),
    trustMarkType: t.field({
      type: 'URL',
      description: 'It holds a valid Trust Mark of this type, issued here.',
    }),
    tags: t.stringList({
      description: `It has all of these tags; case-insensitive. At most ${MAXIMUM_TAGS}.`,
    }),
    organizationId: t.id({ description: 'It belongs to this organization.' }),
    withoutAlgorithm: t.field({
      type: SigningAlgorithm,
      description:
        'Neither its metadata nor its keys name this algorithm: nothing shows that it can verify it. Every implementation should verify RS256 (§3).',
    }),
  }),
})

const SubordinateOrder = orderInput(
  'SubordinateOrder',
  'subordinates',
  {
    ENTITY_ID: { value: 'entityId', description: 'By Entity Identifier.' },
    REGISTERED_AT: { value: 'registeredAt', description: 'By time of registration.' },
    UPDATED_AT: { value: 'updatedAt', description: 'By time of the last change.' },
    EXPIRES_AT: { value: 'statementExpiresAt', description: 'By expiry of the statement.' },
  },
  'equal ones are ordered by age of registration, in the same direction',
)

type Filter = typeof SubordinateFilter.$inferInput
type Order = typeof SubordinateOrder.$inferInput
type ListArguments = { filter?: Filter | null | undefined; orderBy?: Order | null | undefined }

builder.queryField('subordinates', (t) =>
  t.prismaConnection(
    {
      type: 'Subordinate',
      cursor: 'id',
      description: 'Immediate Subordinates, at most 100 per page.',
      authScopes: { read: true },
      args: {
        filter: t.arg({ type: SubordinateFilter, description: 'The filter.' }),
        orderBy: t.arg({
          type: SubordinateOrder,
          description: 'The order; by Entity Identifier by default.',
        }),
      },
      totalCount: (_root, args, context) => countListed(args, context),
      resolve: async (query, _root, args, { db, now }) => {
        const all = where(args.filter, now(), await trustMarkTypeOf(args.filter, db))
        const condition = await narrow(args, all, db)
        return readPage(
          query,
          orderOf(args.orderBy),
          (where) => db.subordinate.findUnique({ where, select: cursorColumns }),
          ({ conditions, ...range }) =>
            db.subordinate.findMany({ ...range, where: { AND: [condition, conditions] } }),
        )
      },
    },
    { name: 'SubordinateConnection' },
    { name: 'SubordinateEdge' },
  ),
)

/** Rows whose keys are read before a page of them. */
const FEW = 2_000

/**
 * Some conditions look frequent to the database where few rows meet them: several together, because it multiplies their
 * frequencies, and an Entity Type, tag, algorithm or problem that hardly any row has. It would look along the order of the page, in all rows.
 */
async function narrow(
  args: ListArguments,
  condition: Prisma.SubordinateWhereInput,
  db: Database,
): Promise<Prisma.SubordinateWhereInput> {
  if (!Array.isArray(condition.AND) || !condition.AND[0]) return condition
  const [{ entityTypes, tagKeys, unnamedAlgorithms }] = condition.AND
  const isOfArray = entityTypes ?? tagKeys ?? unnamedAlgorithms
  if (condition.AND.length < 2 && !isOfArray && !args.filter?.problem) return condition
  if ((await countMatches(args, condition, db)) > FEW) return condition
  const rows = await db.subordinate.findMany({ where: condition, select: { id: true } })
  return { id: { in: rows.map(({ id }) => id) } }
}

const counts = new WeakMap<ListArguments, Promise<number>>()

/** Once for the arguments of one field: both its page and its `totalCount` need it. */
function countMatches(
  args: ListArguments,
  where: Prisma.SubordinateWhereInput,
  db: Database,
): Promise<number> {
  const known = counts.get(args)
  if (known) return known
  const found = count(where, db)
  counts.set(args, found)
  return found
}

/** Prisma's `count` selects from a subquery with OFFSET, which PostgreSQL does not divide between processes. */
async function count(where: Prisma.SubordinateWhereInput, db: Database): Promise<number> {
  const groups = await db.subordinate.groupBy({ by: ['active'], where, _count: true })
  return groups.reduce((sum, { _count }) => sum + _count, 0)
}

const countAll = shareReads(({ db }) => count({}, db))

/** The state `ACTIVE` is that of nearly all: all active ones and those with a problem are counted in indexes. */
const countSound = shareReads(async ({ db, now }) => {
  const [active, troubled] = await Promise.all([count({ active: true }, db), count(whereProblem(now()), db)])
  return active - troubled
})

async function countListed(args: ListArguments, context: Context): Promise<number> {
  const { db, now } = context
  const conditions = Object.entries(args.filter ?? {}).filter(([, value]) => value != null)
  if (conditions.length === 0) return countAll(context)
  if (conditions.length === 1 && args.filter?.state === 'ACTIVE') return countSound(context)
  return countMatches(args, where(args.filter, now(), await trustMarkTypeOf(args.filter, db)), db)
}

const cursorColumns = {
  id: true,
  entityId: true,
  registeredAt: true,
  updatedAt: true,
  statementExpiresAt: true,
} satisfies Prisma.SubordinateSelect

function orderOf(orderBy: Order | null | undefined): PageOrder<Order['field']> {
  const { field: column, direction } = orderBy ?? { field: 'entityId', direction: 'asc' }
  return { column, direction, canBeNull: column === 'statementExpiresAt' }
}

/** The condition and the order of a page; each has an index (schema.prisma). */
export function subordinatePage(
  filter: Filter | null | undefined,
  orderBy: Order | null | undefined,
  now: Date,
  trustMarkTypeId: number,
) {
  return { where: where(filter, now, trustMarkTypeId), orderBy: columnsOf(orderOf(orderBy)) }
}

/** The condition of a bulk change: all that the list shows with the same filter. */
export async function subordinateCondition(
  filter: Filter,
  { db, now }: Pick<Context, 'db' | 'now'>,
): Promise<Prisma.SubordinateWhereInput> {
  return where(filter, now(), await trustMarkTypeOf(filter, db))
}

/** The type's key, for which the database has statistics; 0, which no row has, for an unknown type. */
async function trustMarkTypeOf(filter: Filter | null | undefined, db: Database): Promise<number> {
  if (!filter?.trustMarkType) return 0
  const where = { type: filter.trustMarkType }
  return (await db.trustMarkType.findUnique({ where, select: { id: true } }))?.id ?? 0
}

function where(
  filter: Filter | null | undefined,
  now: Date,
  trustMarkTypeId: number,
): Prisma.SubordinateWhereInput {
  if (!filter) return {}
  const { search, entityType, state, hasProblem, problem, active, intermediate, trustMarkType, tags } = filter
  const { expiresAfter, expiresBefore, organizationId, withoutAlgorithm } = filter
  const { configurationExpiresAfter, configurationExpiresBefore } = filter
  const and = searchTextConditions(search)
  if (entityType) and.push({ entityTypes: { has: entityType } })
  if (state) and.push(toStateCondition(state, now))
  if (typeof hasProblem === 'boolean') and.push(hasProblem ? whereProblem(now) : { NOT: whereProblem(now) })
  if (problem) and.push(toProblemCondition(problem as Code, now)) // a key of the same table
  if (typeof active === 'boolean') and.push({ active })
  if (typeof intermediate === 'boolean') and.push({ intermediate })
  if (expiresAfter) and.push({ statementExpiresAt: { gte: expiresAfter } })
  if (expiresBefore) and.push({ statementExpiresAt: { lt: expiresBefore } })
  if (configurationExpiresAfter)
    and.push({ entityConfigurationExpiresAt: { gte: configurationExpiresAfter } })
  if (configurationExpiresBefore)
    and.push({ entityConfigurationExpiresAt: { lt: configurationExpiresBefore } })
  if (trustMarkType) {
    const valid = { trustMarkTypeId, active: true, expiresAt: { gt: now } }
    and.push({ trustMarks: { some: valid } })
  }
  if (organizationId) and.push({ organizationId: keyOrNull(organizationId, 'Organization') ?? 0 })
  if (withoutAlgorithm) and.push(doesNotName(withoutAlgorithm))
  if (tags?.length) and.push(inFilter(() => tagCondition(tags)))
  return { AND: and }
}
