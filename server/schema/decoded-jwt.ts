/** A decoded JWT. */
import { decodeJwt } from '#core/jws.ts'
import { builder } from '#server/schema/builder.ts'

export const DecodedJwt = builder.objectRef<{ jwt: string }>('DecodedJwt')

const numericDate = (value: unknown) => (typeof value === 'number' ? new Date(value * 1000) : null)

DecodedJwt.implement({
  description: 'A signed JWT, decoded but not verified.',
  authScopes: { read: true, member: true },
  fields: (t) => ({
    jwt: t.expose('jwt', { type: 'JWT', description: 'The JWT in compact form.' }),
    header: t.field({
      type: 'JSON',
      description: 'The JOSE header.',
      resolve: ({ jwt }) => decodeJwt(jwt).header,
    }),
    claims: t.field({
      type: 'JSON',
      description: 'The claims.',
      resolve: ({ jwt }) => decodeJwt(jwt).claims,
    }),
    kid: t.field({
      type: 'String',
      nullable: true,
      description: 'The id of the key that signed it.',
      resolve: ({ jwt }) => String(decodeJwt(jwt).header.kid ?? ''),
    }),
    issuedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'The claim `iat`.',
      resolve: ({ jwt }) => numericDate(decodeJwt(jwt).claims.iat),
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'The claim `exp`.',
      resolve: ({ jwt }) => numericDate(decodeJwt(jwt).claims.exp),
    }),
  }),
})
