/** The list of API keys: filters, order, pages. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { ApiKeyState, type ApiKeyStateName } from '#server/schema/access/api-key.ts'
import { builder } from '#server/schema/builder.ts'
import type { Context } from '#server/schema/context.ts'
import { orderInput } from '#server/schema/order.ts'
import { readPage } from '#server/schema/page.ts'
import { searchCondition } from '#server/schema/search.ts'

const ApiKeyFilter = builder.inputType('ApiKeyFilter', {
  description: 'Conditions, combined with AND; absent ones are ignored.',
  fields: (t) => ({
    search: t.string({
      description: 'Part of the name, of the first characters or of the owner’s username; case-insensitive.',
    }),
    owner: t.string({ description: 'The owner’s username.' }),
    state: t.field({ type: ApiKeyState, description: 'The state.' }),
  }),
})

const ApiKeyOrder = orderInput(
  'ApiKeyOrder',
  'API keys',
  {
    CREATED_AT: { value: 'createdAt', description: 'By creation time.' },
    EXPIRES_AT: { value: 'expiresAt', description: 'By expiry; keys that never expire come last.' },
  },
  'equal ones are ordered by id',
)

type Filter = typeof ApiKeyFilter.$inferInput

/** The three states as conditions; each row matches exactly one. */
function whereState(state: ApiKeyStateName, now: Date): Prisma.ApikeyWhereInput {
  if (state === 'REVOKED') return { enabled: false }
  const enabled = { OR: [{ enabled: true }, { enabled: null }] }
  if (state === 'EXPIRED') return { AND: [enabled, { expiresAt: { lte: now } }] }
  return { AND: [enabled, { OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] }] }
}

/** A key stores only the id of its owner. */
async function ofOwners(owner: Prisma.UserWhereInput, db: Database): Promise<Prisma.ApikeyWhereInput> {
  const owners = await db.user.findMany({ where: owner, select: { id: true } })
  return { referenceId: { in: owners.map(({ id }) => id) } }
}

async function where(
  filter: Filter | null | undefined,
  { db, now }: Pick<Context, 'db' | 'now'>,
): Promise<Prisma.ApikeyWhereInput> {
  if (!filter) return {}
  const { search, owner, state } = filter
  const and: Prisma.ApikeyWhereInput[] = []
  const contains = searchCondition(search)
  if (contains) {
    const owned = await ofOwners({ username: contains }, db)
    and.push({ OR: [{ name: contains }, { start: contains }, owned] })
  }
  if (owner?.trim()) and.push(await ofOwners({ username: owner.trim() }, db))
  if (state) and.push(whereState(state, now()))
  return { AND: and }
}

builder.queryField('apiKeys', (t) =>
  t.prismaConnection(
    {
      extensions: { ofInstallation: true },
      type: 'Apikey',
      cursor: 'id',
      description: 'API keys, newest first by default, at most 100 per page.',
      authScopes: { administer: true },
      args: {
        filter: t.arg({ type: ApiKeyFilter, description: 'The filter.' }),
        orderBy: t.arg({ type: ApiKeyOrder, description: 'The order; newest first by default.' }),
      },
      totalCount: async (_root, { filter }, context) =>
        context.db.apikey.count({ where: await where(filter, context) }),
      resolve: async (query, _root, { filter, orderBy }, context) => {
        const { db } = context
        const condition = await where(filter, context)
        const { field: column, direction } = orderBy ?? { field: 'createdAt', direction: 'desc' }
        return readPage(
          query,
          { column, direction, canBeNull: column === 'expiresAt' },
          (where) => db.apikey.findUnique({ where, select: { id: true, createdAt: true, expiresAt: true } }),
          ({ conditions, ...range }) =>
            db.apikey.findMany({ ...range, where: { AND: [condition, conditions] } }),
        )
      },
    },
    { name: 'ApiKeyConnection' },
    { name: 'ApiKeyEdge' },
  ),
)
