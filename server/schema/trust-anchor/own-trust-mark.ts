/** The Trust Marks that other entities issued to this anchor, as fetched last. */
import { builder } from '#server/schema/builder.ts'
import type { OwnTrustMarkView } from '#server/services/trust-anchor/own-trust-marks.ts'

export const OwnTrustMark = builder.objectRef<OwnTrustMarkView>('OwnTrustMark').implement({
  description: 'A Trust Mark that another entity issued to this anchor.',
  authScopes: { read: true },
  fields: (t) => ({
    trustMarkType: t.exposeString('trustMarkType', { description: 'Its type.' }),
    issuer: t.expose('issuer', { type: 'EntityIdentifier', description: 'Its issuer.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it expires; null: never.',
    }),
    checkedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When its issuer was asked for a later one; null: not yet.',
      resolve: ({ row }) => row?.checkedAt ?? null,
    }),
    lastError: t.string({
      nullable: true,
      description: 'Why it could not be renewed; null if it could, or is not due.',
      resolve: ({ row }) => row?.lastError ?? null,
    }),
  }),
})
