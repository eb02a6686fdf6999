/** Trust Marks that this anchor issued (section 7): the type, and how they are found. */
import type { Prisma, TrustMark } from '#prisma/generated/client/client.ts'
import { builder } from '#server/schema/builder.ts'
import { DecodedJwt } from '#server/schema/decoded-jwt.ts'
import { keyOrNull } from '#server/schema/input.ts'
import { requireCursor } from '#server/schema/page.ts'
import { literally } from '#server/schema/search.ts'

const TrustMarkState = builder.enumType('TrustMarkState', {
  description: 'The state of a Trust Mark.',
  values: {
    ACTIVE: { description: 'Valid now.' },
    EXPIRED: { description: 'Past its expiry.' },
    REVOKED: { description: 'Revoked: every JWT issued for it before.' },
  } as const,
})

type StateName = 'ACTIVE' | 'EXPIRED' | 'REVOKED'

function stateOf({ active, expiresAt }: Pick<TrustMark, 'active' | 'expiresAt'>): StateName {
  if (!active) return 'REVOKED'
  return expiresAt > new Date() ? 'ACTIVE' : 'EXPIRED'
}

function whereState(state: StateName): Prisma.TrustMarkWhereInput {
  if (state === 'REVOKED') return { active: false }
  return { active: true, expiresAt: state === 'ACTIVE' ? { gt: new Date() } : { lte: new Date() } }
}

builder.prismaNode('TrustMark', {
  nullable: true,
  id: { field: 'id' },
  // Something must be selected even when a query asks only for __typename.
  select: { id: true },
  description: 'A Trust Mark of one type for one entity, with the JWT issued last.',
  authScopes: { read: true },
  fields: (t) => ({
    trustMarkType: t.relation('trustMarkType', { description: 'Its kind.' }),
    entityId: t.expose('entityId', { type: 'EntityIdentifier', description: 'The entity it is about.' }),
    active: t.exposeBoolean('active', { description: 'Whether it stands; false once it is revoked.' }),
    state: t.field({
      type: TrustMarkState,
      description: 'Its state in one word.',
      select: { active: true, expiresAt: true },
      resolve: stateOf,
    }),
    autorenew: t.exposeBoolean('autorenew', { description: 'Whether it is renewed by schedule.' }),
    validFor: t.exposeInt('validFor', { description: 'Hours for which each JWT is valid.' }),
    renewalTime: t.exposeInt('renewalTime', { description: 'Hours before expiry at which it is renewed.' }),
    additionalClaims: t.expose('additionalClaims', {
      type: 'JSON',
      nullable: true,
      description: 'Further claims of the mark.',
    }),
    delegation: t.expose('delegation', {
      type: 'JWT',
      nullable: true,
      description: 'The owner’s delegation to this anchor (section 7.2).',
    }),
    mark: t.field({
      type: DecodedJwt,
      description: 'The mark as issued last.',
      select: { jwt: true },
      resolve: ({ jwt }) => ({ jwt }),
    }),
    issuedAt: t.expose('issuedAt', { type: 'DateTime', description: 'When the JWT was issued.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When the JWT expires.' }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was revoked.',
    }),
    revocationReason: t.exposeString('revocationReason', {
      nullable: true,
      description: 'Why it was revoked.',
    }),
    lastError: t.exposeString('lastError', {
      nullable: true,
      description:
        'Why the last renewal failed; null when it did not. The JWT of before stands until it expires.',
    }),
    version: t.exposeInt('version', {
      description: 'Counts changes; send it with an update to refuse a concurrent one.',
    }),
  }),
})

const TrustMarkFilter = builder.inputType('TrustMarkFilter', {
  description: 'Conditions that must all hold; an absent one does not count.',
  fields: (t) => ({
    entityId: t.field({ type: 'EntityIdentifier', description: 'The entity it is about.' }),
    trustMarkType: t.field({ type: 'URL', description: 'Its kind.' }),
    state: t.field({ type: TrustMarkState, description: 'Its state.' }),
    search: t.string({ description: 'Part of the Entity Identifier, in any case.' }),
    expiresBefore: t.field({ type: 'DateTime', description: 'Its JWT expires before this time.' }),
  }),
})

function where(filter: typeof TrustMarkFilter.$inferInput | null | undefined): Prisma.TrustMarkWhereInput {
  if (!filter) return {}
  const { entityId, trustMarkType, state, search, expiresBefore } = filter
  const and: Prisma.TrustMarkWhereInput[] = []
  if (entityId) and.push({ entityId })
  if (trustMarkType) and.push({ trustMarkType: { type: trustMarkType } })
  if (state) and.push(whereState(state))
  if (search?.trim()) and.push({ entityId: { contains: literally(search), mode: 'insensitive' } })
  if (expiresBefore) and.push({ expiresAt: { lt: expiresBefore } })
  return { AND: and }
}

/** Which rows and in which order; an index serves each condition (schema.prisma). */
export function trustMarkPage(filter?: typeof TrustMarkFilter.$inferInput | null) {
  return { where: where(filter), orderBy: { id: 'desc' as const } }
}

builder.queryFields((t) => ({
  trustMarks: t.prismaConnection({
    type: 'TrustMark',
    cursor: 'id',
    description: 'Trust Marks, the latest first, at most 100 a page.',
    authScopes: { read: true },
    args: { filter: t.arg({ type: TrustMarkFilter, description: 'Which ones.' }) },
    totalCount: (_root, { filter }, { db }) => db.trustMark.count({ where: where(filter) }),
    resolve: async (query, _root, { filter }, { db }) => {
      await requireCursor(query.cursor, (where) => db.trustMark.findUnique({ where, select: { id: true } }))
      return db.trustMark.findMany({ ...query, ...trustMarkPage(filter) })
    },
  }),
  trustMark: t.prismaField({
    type: 'TrustMark',
    nullable: true,
    description: 'One Trust Mark, by its id.',
    authScopes: { read: true },
    args: { id: t.arg.id({ required: true, description: 'The mark’s id.' }) },
    resolve: (query, _root, { id }, { db }) => {
      const key = keyOrNull(id, 'TrustMark')
      return key === null ? null : db.trustMark.findUnique({ ...query, where: { id: key } })
    },
  }),
}))
