/** Retired and revoked keys (§8.7). */
import { toPublicJwk } from '#core/keys.ts'
import { builder } from '#server/schema/builder.ts'
import { SigningKeyUse } from '#server/schema/signing-key/signing-key.ts'
import type { HistoricalKeyView } from '#server/services/signing-key/view.ts'

type Revocation = NonNullable<HistoricalKeyView['key']['revoked']>

const fromUnix = (seconds: number) => new Date(seconds * 1000)

const KeyRevocation = builder.objectRef<Revocation>('KeyRevocation').implement({
  description: 'The revocation of a key (§8.7.2).',
  authScopes: { read: true },
  fields: (t) => ({
    revokedAt: t.field({
      type: 'DateTime',
      description: 'When the key was revoked.',
      resolve: ({ revoked_at }) => fromUnix(revoked_at),
    }),
    reason: t.string({
      nullable: true,
      description:
        'The reason: `compromised`, `superseded` or a value of the federation; null if unspecified.',
      resolve: ({ reason }) => reason ?? null,
    }),
  }),
})

export const HistoricalKey = builder.objectRef<HistoricalKeyView>('HistoricalKey').implement({
  description: 'A retired or revoked key, as served by the historical keys endpoint.',
  authScopes: { read: true },
  fields: (t) => ({
    kid: t.string({ description: 'Its id: the RFC 7638 thumbprint.', resolve: ({ key }) => key.kid }),
    iat: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it began to sign.',
      resolve: ({ key }) => (key.iat === undefined ? null : fromUnix(key.iat)),
    }),
    exp: t.field({
      type: 'DateTime',
      description: 'When it expired.',
      resolve: ({ key }) => fromUnix(key.exp),
    }),
    revoked: t.field({
      type: KeyRevocation,
      nullable: true,
      description: 'Its revocation; null if it was retired.',
      resolve: ({ key }) => key.revoked ?? null,
    }),
    jwk: t.field({
      type: 'JSON',
      description: 'The public key with `iat`, `exp` and `revoked`, as published.',
      resolve: ({ key }) => toPublicJwk(key),
    }),
    validSignatures: t.field({
      type: SigningKeyUse,
      description:
        'What it signed that has not expired. Published items among these cannot be verified until they are re-signed.',
      resolve: (key) => key.use(),
    }),
  }),
})

builder.queryField('historicalKeys', (t) =>
  t.field({
    type: [HistoricalKey],
    description: 'Retired and revoked keys, newest first (§8.7).',
    authScopes: { read: true },
    resolve: (_root, _args, { services }) => services.signingKeys.historical(),
  }),
)
