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
    subordinate: t.relation('subordinate', {
      nullable: true,
      description: 'The entity’s registration; null if it is not registered.',
    }),
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
    additionalClaims: t.expose('additionalClaims', {
      type: 'JSON',
      nullable: true,
      description: 'Additional claims of the mark.',
    }),
    delegation: t.expose('delegation', {
      type: 'JWT',
      nullable: true,
      description: 'The owner’s delegation to this anchor (§7.2).',
    }),
    mark: t.field({
      type: DecodedJwt,
      description: 'The current mark.',
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
    invalidReason: t.exposeString('invalidReason', {
      nullable: true,
      description: 'Why verifiers refuse the current JWT, apart from its expiry; null if they do not.',
    }),
    invalidSince: t.expose('invalidSince', {
      type: 'DateTime',
      nullable: true,
      description: 'When this was found, at most a minute after the change that caused it.',
    }),
    lastError: t.exposeString('lastError', {
      nullable: true,
      description:
        'Why the last renewal failed; null if it succeeded. The previous JWT stays valid until it expires.',
    }),
    failingSince: t.expose('failingSince', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when renewals fail; null if the last one succeeded.',
    }),
    version: t.exposeInt('version', {
      description: 'The number of changes. Send it with an update to detect a concurrent change.',
    }),
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
