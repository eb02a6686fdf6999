/** Trust Marks that this anchor issued (§7): the type, and one by its id. */
import type { TrustMark } from '#prisma/generated/client/client.ts'
import { builder } from '#server/schema/builder.ts'
import { DecodedJwt } from '#server/schema/decoded-jwt.ts'
import { keyOrNull } from '#server/schema/input.ts'

export const TrustMarkState = builder.enumType('TrustMarkState', {
  description: 'The state of a Trust Mark.',
  values: {
    ACTIVE: { description: 'Valid now.' },
    INVALID: {
      description:
        'Verifiers refuse it: its key was revoked as compromised, or its owner does not delegate it.',
    },
    EXPIRED: { description: 'Expired.' },
    REVOKED: { description: 'Revoked, with every JWT issued for it.' },
  } as const,
})

export type StateName = 'ACTIVE' | 'INVALID' | 'EXPIRED' | 'REVOKED'

type StateColumns = Pick<TrustMark, 'active' | 'invalidReason' | 'expiresAt'>

/** As the status endpoint judges: invalid takes precedence over expired (§8.4.2). */
export function trustMarkStateOf({ active, invalidReason, expiresAt }: StateColumns, now: Date): StateName {
  if (!active) return 'REVOKED'
  if (invalidReason !== null) return 'INVALID'
  return expiresAt > now ? 'ACTIVE' : 'EXPIRED'
}

/** Valid marks whose last renewal failed, as a condition. */
export const whereRenewalFailed = { active: true, failingSince: { not: null } } as const

export const TrustMarkRef = builder.prismaNode('TrustMark', {
  nullable: true,
  id: { field: 'id' },
  // Without `select`, a mutation returns the columns of the row that it wrote; only relations are loaded.
  description: 'A Trust Mark of a type for an entity, with its current JWT.',
  authScopes: { read: true },
  fields: (t) => ({
    trustMarkType: t.relation('trustMarkType', { description: 'Its Trust Mark type.' }),
    entityId: t.expose('entityId', { type: 'EntityIdentifier', description: 'The subject of the mark.' }),
    subordinate: t.relation('subordinate', { nullable: true }),
    active: t.exposeBoolean('active', { description: 'False once it is revoked.' }),
    state: t.field({
      type: TrustMarkState,
      description: 'Its state.',
      select: { active: true, invalidReason: true, expiresAt: true },
      resolve: (row, _args, { now }) => trustMarkStateOf(row, now()),
    }),
    autorenew: t.exposeBoolean('autorenew', { description: 'Whether it is renewed automatically.' }),
    validFor: t.exposeInt('validFor', { description: 'The validity of each JWT in hours.' }),
    renewalTime: t.exposeInt('renewalTime', { description: 'Hours before expiry at which it is renewed.' }),
    additionalClaims: t.expose('additionalClaims', { type: 'JSON', nullable: true }),
    delegation: t.expose('delegation', { type: 'JWT', nullable: true }),
    mark: t.field({
      type: DecodedJwt,
      description: 'The current mark.',
      select: { jwt: true },
      resolve: ({ jwt }) => ({ jwt }),
    }),
    issuedAt: t.expose('issuedAt', { type: 'DateTime', description: 'When the JWT was issued.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When the JWT expires.' }),
    revokedAt: t.expose('revokedAt', { type: 'DateTime', nullable: true }),
    revocationReason: t.exposeString('revocationReason', { nullable: true }),
    invalidReason: t.exposeString('invalidReason', { nullable: true }),
    invalidSince: t.expose('invalidSince', { type: 'DateTime', nullable: true }),
    lastError: t.exposeString('lastError', { nullable: true }),
    failingSince: t.expose('failingSince', { type: 'DateTime', nullable: true }),
    version: t.exposeInt('version'),
  }),
})

builder.queryFields((t) => ({
  trustMark: t.prismaField({
    type: 'TrustMark',
    nullable: true,
    description: 'A Trust Mark, by its id.',
    authScopes: { read: true },
    args: { id: t.arg.id({ required: true, description: 'The mark’s id.' }) },
    resolve: (query, _root, { id }, { db }) => {
      const key = keyOrNull(id, 'TrustMark')
      return key === null ? null : db.trustMark.findUnique({ ...query, where: { id: key } })
    },
  }),
}))
