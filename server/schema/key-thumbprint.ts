/** The thumbprints of an entity's keys, which people compare. */
import { computeKeyId, type Jwk, type JwkSet } from '#core/keys.ts'
import { builder } from '#server/schema/builder.ts'

type KeyThumbprint = { kid: string; thumbprint: string | null }

export const KeyThumbprintRef = builder.objectRef<KeyThumbprint>('KeyThumbprint').implement({
  description: 'A key by its thumbprint.',
  authScopes: { read: true },
  fields: (t) => ({
    kid: t.exposeString('kid', { description: 'The key id, which the entity chose.' }),
    thumbprint: t.exposeString('thumbprint', {
      nullable: true,
      description: 'The SHA-256 thumbprint (RFC 7638), base64url; null for a key of an unknown type.',
    }),
  }),
})

export const thumbprintsOf = ({ keys }: JwkSet): Promise<KeyThumbprint[]> => Promise.all(keys.map(describe))

async function describe(jwk: Jwk): Promise<KeyThumbprint> {
  const thumbprint = await computeKeyId(jwk).catch(() => null)
  return { kid: jwk.kid, thumbprint }
}
