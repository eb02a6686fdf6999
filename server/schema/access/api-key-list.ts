/** The list of API keys: filters, order, pages. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { ApiKeyState, type ApiKeyStateName } from '#server/schema/access/api-key.ts'
import { builder } from '#server/schema/builder.ts'
import { orderInput } from '#server/schema/order.ts'
import { requireCursor } from '#server/schema/page.ts'
import { literally } from '#server/schema/search.ts'

const ApiKeyFilter = builder.inputType('ApiKeyFilter', {
  description: 'Conditions that must all hold; an absent one does not count.',
  fields: (t) => ({
    search: t.string({
      description: 'Part of its name, of its first characters or of its owner’s username, in any case.',
    }),
    owner: t.string({ description: 'The username of its owner.' }),
    state: t.field({ type: ApiKeyState, description: 'Its state.' }),
  }),
})

const ApiKeyOrder = orderInput(
  'ApiKeyOrder',
  'API keys',
  {
    CREATED_AT: { value: 'createdAt', description: 'By the time they were made.' },
    EXPIRES_AT: { value: 'expiresAt', description: 'By expiry; those that never expire are the latest.' },
  },
  'equal ones follow by id',
)

type Filter = typeof ApiKeyFilter.$inferInput

/** The same three states as conditions; together they cover every row once. */
function whereState(state: ApiKeyStateName): Prisma.ApikeyWhereInput {
  if (state === 'REVOKED') return { enabled: false }
  const enabled = { OR: [{ enabled: true }, { enabled: null }] }
  if (state === 'EXPIRED') return { AND: [enabled, { expiresAt: { lte: new Date() } }] }
  return { AND: [enabled, { OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] }] }
}

/** A key knows its owner by id alone. */
async function ofOwners(owner: Prisma.UserWhereInput, db: Database): Promise<Prisma.ApikeyWhereInput> {
  const owners = await db.user.findMany({ where: owner, select: { id: true } })
  return { referenceId: { in: owners.map(({ id }) => id) } }
}

async function where(filter: Filter | null | undefined, db: Database): Promise<Prisma.ApikeyWhereInput> {
  if (!filter) return {}
  const { search, owner, state } = filter
  const and: Prisma.ApikeyWhereInput[] = []
  if (search?.trim()) {
    const contains = { contains: literally(search), mode: 'insensitive' as const }
    const owned = await ofOwners({ username: contains }, db)
    and.push({ OR: [{ name: contains }, { start: contains }, owned] })
  }
  if (owner?.trim()) and.push(await ofOwners({ username: owner.trim() }, db))
  if (state) and.push(whereState(state))
  return { AND: and }
}

builder.queryField('apiKeys', (t) =>
  t.prismaConnection({
    type: 'Apikey',
    cursor: 'id',
    description: 'API keys, the latest first unless ordered otherwise, at most 100 a page.',
    authScopes: { administer: true },
    args: {
      filter: t.arg({ type: ApiKeyFilter, description: 'Which ones.' }),
      orderBy: t.arg({ type: ApiKeyOrder, description: 'In which order; the latest first when absent.' }),
    },
    totalCount: async (_root, { filter }, { db }) => db.apikey.count({ where: await where(filter, db) }),
    resolve: async (query, _root, { filter, orderBy }, { db }) => {
      await requireCursor(query.cursor, (where) => db.apikey.findUnique({ where, select: { id: true } }))
      const direction = orderBy?.direction ?? 'desc'
      const order = [{ [orderBy?.field ?? 'createdAt']: direction }, { id: direction }]
      return db.apikey.findMany({ ...query, where: await where(filter, db), orderBy: order })
    },
  }),
)
