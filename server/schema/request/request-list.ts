/** Requests by their ids, the queue of operators, and the requests of an organization. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import { NotFoundError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { requireName, requireSize } from '#server/jobs/kind/row.ts'
import { followRequests } from '#server/live/audit-feed.ts'
import { readOnce } from '#server/live/shared-read.ts'
import type { RequestSource } from '#server/plan/source/requests.ts'
import { scopeField } from '#server/schema/anchor-scope.ts'
import { builder } from '#server/schema/builder.ts'
import type { Context } from '#server/schema/context.ts'
import { inFilter } from '#server/schema/in-filter.ts'
import { keyOrNull, ownKey } from '#server/schema/input.ts'
import { MemberAnchorRef } from '#server/schema/member/member-organization.ts'
import { orderInput } from '#server/schema/order.ts'
import { type PageOrder, readPage } from '#server/schema/page.ts'
import { RequestKindEnum, RequestRef, RequestStateEnum } from '#server/schema/request/request.ts'
import { accessRequest } from '#server/schema/request/request-access.ts'
import { requestCondition } from '#server/services/request/filter.ts'

export const RequestFilter = builder.inputType('RequestFilter', {
  description: 'Conditions, combined with AND; absent ones are ignored.',
  fields: (t) => ({
    search: t.string({
      description:
        'Words in any order, each a part of the Entity Identifier or the name of the organization; case-insensitive. At most 16.',
    }),
    entityId: t.field({ type: 'EntityIdentifier', description: 'It is about this entity.' }),
    kind: t.field({ type: RequestKindEnum, description: 'What it is for.' }),
    state: t.field({ type: RequestStateEnum, description: 'Its state.' }),
    isOpen: t.boolean({
      description: 'Whether it is open: it waits for an operator or for the organization.',
    }),
    organizationId: t.id({ description: 'It is of this organization.' }),
    assignee: t.string({ description: 'It is assigned to the user of this username.' }),
    isAssigned: t.boolean({ description: 'Whether it is assigned to an operator.' }),
    isMine: t.boolean({ description: 'Whether it is assigned to the caller.' }),
  }),
})

export const RequestSelection = builder.inputType('RequestSelectionInput', {
  description: 'The requests, in exactly one of these ways.',
  isOneOf: true,
  fields: (t) => ({
    ids: t.idList({ description: 'By id, at most 10000. One that does not wait for an operator fails.' }),
    filter: t.field({
      type: RequestFilter,
      description: 'All that match and wait for an operator, at most 10000; an empty filter matches all.',
    }),
  }),
})

/** @throws InvalidInputError */
export function chosenRequests(
  context: Context & { caller: Caller },
  { ids, filter }: typeof RequestSelection.$inferInput,
): RequestSource {
  if (!ids) return { where: readFilter(filter, context.caller) }
  requireSize(ids, 'requests', 'ids')
  return {
    ids: ids.map((id) => ({ id: requireName(id, 'requests', 'ids'), key: ownKey(context, id, 'Request') })),
  }
}

const RequestOrder = orderInput('RequestOrder', 'requests', {
  SUBMITTED_AT: { value: 'submittedAt', description: 'By time of submission.' },
})

type Filter = typeof RequestFilter.$inferInput
type Order = typeof RequestOrder.$inferInput

const cursorColumns = { id: true, submittedAt: true } satisfies Prisma.RequestSelect
const orderOf = (order: Order | null | undefined, direction: 'asc' | 'desc'): PageOrder<'submittedAt'> => ({
  column: 'submittedAt',
  direction: order?.direction ?? direction,
})

type Counted = { totalCount(): Promise<number> }

/** The connection of both lists. */
const RequestConnection = builder.connectionObject(
  {
    type: RequestRef,
    name: 'RequestConnection',
    fields: (t) => ({
      totalCount: t.int({
        extensions: { pothosPrismaTotalCount: true },
        resolve: (page) => (page as unknown as Counted).totalCount(), // the plugin adds it
      }),
    }),
  },
  { name: 'RequestEdge' },
)

builder.queryFields((t) => ({
  requests: t.prismaConnection(
    {
      type: 'Request',
      cursor: 'id',
      description:
        'The requests of organizations to this anchor, the oldest first by default, at most 100 per page.',
      authScopes: { read: true },
      args: {
        filter: t.arg({ type: RequestFilter, description: 'The filter.' }),
        orderBy: t.arg({ type: RequestOrder, description: 'The order; the oldest first by default.' }),
      },
      totalCount: (_root, { filter }, { db, caller }) =>
        db.request.count({ where: readFilter(filter, caller) }),
      resolve: (query, _root, { filter, orderBy }, context) =>
        readRequests(query, readFilter(filter, context.caller), orderOf(orderBy, 'asc'), context),
    },
    RequestConnection,
  ),
  request: t.prismaField({
    type: 'Request',
    nullable: true,
    description: 'A request by its id, for operators and for the people of its organization.',
    authScopes: { known: true, member: true },
    extensions: { ofInstallation: true },
    args: { id: t.arg.id({ required: true, description: 'The request’s id.' }) },
    resolve: async (query, _root, { id: globalId }, context, info) => {
      const found = await accessRequest(context, globalId, 'read').catch(nothingIfUnknown)
      if (!found) return null
      scopeField(info, found.scoped)
      return found.scoped.db.request.findUnique({ ...query, where: { id: found.id } })
    },
  }),
}))

builder.objectField(MemberAnchorRef, 'requests', (t) =>
  t.prismaConnection(
    {
      type: 'Request',
      cursor: 'id',
      description: 'The requests of the organization to this anchor, the newest first, at most 100 per page.',
      args: {
        isOpen: t.arg.boolean({ description: 'Only those that are open, or only those that are decided.' }),
      },
      totalCount: ({ organizationId }, { isOpen }, { db }) =>
        db.request.count({ where: ofOrganization(organizationId, isOpen) }),
      resolve: (query, { organizationId }, { isOpen }, context) =>
        readRequests(query, ofOrganization(organizationId, isOpen), orderOf(null, 'desc'), context),
    },
    RequestConnection,
  ),
)

builder.subscriptionField('requestChanged', (t) =>
  t.prismaField({
    type: 'Request',
    description: 'Each request that was submitted or changed, from any process, within about a second.',
    authScopes: { read: true },
    subscribe: (_root, _args, context) => followRequests(context.anchor),
    resolve: (query, request, _args, { db }) =>
      readOnce(request, query, () => db.request.findUniqueOrThrow({ ...query, where: { id: request.id } })),
  }),
)

function readRequests(
  query: Prisma.RequestFindManyArgs,
  condition: Prisma.RequestWhereInput,
  order: PageOrder<'submittedAt'>,
  { db }: Context,
) {
  return readPage(
    query,
    order,
    (where) => db.request.findUnique({ where, select: cursorColumns }),
    ({ conditions, ...range }) => db.request.findMany({ ...range, where: { AND: [condition, conditions] } }),
  )
}

const ofOrganization = (organizationId: number, isOpen: boolean | null | undefined) =>
  requestCondition({ organizationId, isOpen })

/** The condition of the filter for a caller. @throws InvalidInputError for a search that is too long */
export function readFilter(
  filter: Filter | null | undefined,
  caller: Caller | null,
): Prisma.RequestWhereInput {
  const { organizationId, ...others } = filter ?? {}
  // No organization has the key 0.
  const own = organizationId ? { organizationId: keyOrNull(organizationId, 'Organization') ?? 0 } : {}
  return inFilter(() => requestCondition({ ...others, ...own }, caller?.name))
}

function nothingIfUnknown(error: unknown): null {
  if (error instanceof NotFoundError) return null
  throw error
}
