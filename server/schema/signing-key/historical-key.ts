/** Keys that were used before, and why they no longer are (section 8.7). */
import { publicJwk } from '#core/keys.ts'
import { builder } from '#server/schema/builder.ts'
import { SigningKeyUse } from '#server/schema/signing-key/signing-key.ts'
import type { HistoricalKeyView } from '#server/services/signing-key/view.ts'

type Revocation = NonNullable<HistoricalKeyView['key']['revoked']>

const fromUnix = (seconds: number) => new Date(seconds * 1000)

const KeyRevocation = builder.objectRef<Revocation>('KeyRevocation').implement({
  description: 'That a key was revoked (section 8.7.2).',
  authScopes: { read: true },
  fields: (t) => ({
    revokedAt: t.field({
      type: 'DateTime',
      description: 'Since when it must not be relied on.',
      resolve: ({ revoked_at }) => fromUnix(revoked_at),
    }),
    reason: t.string({
      nullable: true,
      description:
        'Why: `compromised`, `superseded`, or a word of the federation’s own; null when unspecified.',
      resolve: ({ reason }) => reason ?? null,
    }),
  }),
})

export const HistoricalKey = builder.objectRef<HistoricalKeyView>('HistoricalKey').implement({
  description: 'A key that was retired or revoked; the historical keys endpoint tells of it.',
  authScopes: { read: true },
  fields: (t) => ({
    kid: t.string({ description: 'Its id: the RFC 7638 thumbprint.', resolve: ({ key }) => key.kid }),
    iat: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Since when it may have signed.',
      resolve: ({ key }) => (key.iat === undefined ? null : fromUnix(key.iat)),
    }),
    exp: t.field({
      type: 'DateTime',
      description: 'Until when it was valid.',
      resolve: ({ key }) => fromUnix(key.exp),
    }),
    revoked: t.field({
      type: KeyRevocation,
      nullable: true,
      description: 'That it was revoked; null when it was retired in good order.',
      resolve: ({ key }) => key.revoked ?? null,
    }),
    jwk: t.field({
      type: 'JSON',
      description: 'The public key with `iat`, `exp` and `revoked`, as the endpoint publishes it.',
      resolve: ({ key }) => publicJwk(key),
    }),
    validSignatures: t.field({
      type: SigningKeyUse,
      description:
        'What it has signed that has not expired: what is published of it cannot be verified any more until it is signed anew.',
      resolve: (key) => key.use(),
    }),
  }),
})

builder.queryField('historicalKeys', (t) =>
  t.field({
    type: [HistoricalKey],
    description: 'Keys that were retired or revoked, the latest first (section 8.7).',
    authScopes: { read: true },
    resolve: (_root, _args, { services }) => services.signingKeys.historical(),
  }),
)
