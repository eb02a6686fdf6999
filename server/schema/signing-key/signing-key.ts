/** The Federation Entity Keys of the key directory: which signs, which will, which only verify. */
import { builder } from '#server/schema/builder.ts'
import type { KeyUse } from '#server/services/signing-key/use.ts'
import type { SigningKeyView } from '#server/services/signing-key/view.ts'

const SigningKeyState = builder.enumType('SigningKeyState', {
  description: 'What a key is for (section 11.2).',
  values: {
    CURRENT: { description: 'It signs.' },
    ANNOUNCED: { description: 'It is published, so that others learn of it, and will sign next.' },
    PUBLISHED: { description: 'It signs no longer; it is published to verify what it signed.' },
  } as const,
})

export const SigningKeyUse = builder.objectRef<KeyUse>('SigningKeyUse').implement({
  description: 'What a key has signed that is still valid.',
  authScopes: { read: true },
  fields: (t) => ({
    subordinateStatements: t.int({
      description: 'How many of the published Subordinate Statements it signed.',
      resolve: ({ statements }) => statements,
    }),
    trustMarks: t.exposeInt('trustMarks', {
      description: 'How many of the published Trust Marks it signed; reissueTrustMarks signs them anew.',
    }),
    replacedTrustMarks: t.exposeInt('replacedTrustMarks', {
      description: 'How many Trust Marks it signed that were replaced since and have not expired.',
    }),
    neededUntil: t.expose('neededUntil', {
      type: 'DateTime',
      nullable: true,
      description:
        'When the last of all that it signed expires, with replaced statements and marks that others may hold; null when all has.',
    }),
  }),
})

export const SigningKey = builder.objectRef<SigningKeyView>('SigningKey').implement({
  description: 'A Federation Entity Key; its private part never leaves the key directory.',
  authScopes: { read: true },
  fields: (t) => ({
    kid: t.exposeString('kid', { description: 'Its id: the RFC 7638 thumbprint.' }),
    alg: t.exposeString('alg', { description: 'Its algorithm.' }),
    use: t.string({ description: 'What it is used for: `sig`.', resolve: () => 'sig' }),
    state: t.expose('state', { type: SigningKeyState, description: 'What it is for at present.' }),
    file: t.exposeString('file', { description: 'The file below the key directory that makes it so.' }),
    jwk: t.field({
      type: 'JSON',
      description: 'The public key, as others verify with it.',
      resolve: ({ jwk }) => jwk,
    }),
    createdAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was made here, or found in the key directory.',
      resolve: ({ row }) => row?.createdAt ?? null,
    }),
    publishedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Since when the published Entity Configuration holds it.',
      resolve: ({ row }) => row?.publishedAt ?? null,
    }),
    usableFrom: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'From when on nobody may hold a valid Entity Configuration that lacks it: an announced key may sign then.',
      resolve: ({ row }) => row?.usableFrom ?? null,
    }),
    signsSince: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it began to sign; null when it has not.',
      resolve: ({ row }) => row?.signsSince ?? null,
    }),
    replacedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When another key began to sign in its place.',
      resolve: ({ row }) => row?.replacedAt ?? null,
    }),
    validSignatures: t.field({
      type: SigningKeyUse,
      description: 'What it has signed that is still valid.',
      resolve: (key) => key.use(),
    }),
  }),
})

type Keyring = { keys: SigningKeyView[]; readOnlyReason: string | null }

const SigningKeys = builder.objectRef<Keyring>('SigningKeys').implement({
  description: 'The keys of the key directory, and whether they can be changed.',
  authScopes: { read: true },
  fields: (t) => ({
    keys: t.expose('keys', {
      type: [SigningKey],
      description: 'The key that signs first, then the announced one, then those that only verify.',
    }),
    isWritable: t.boolean({
      description: 'Whether the admin server can change the key directory.',
      resolve: ({ readOnlyReason }) => readOnlyReason === null,
    }),
    readOnlyReason: t.exposeString('readOnlyReason', {
      nullable: true,
      description: 'Why it cannot, and what to do, as a sentence; null when it can.',
    }),
  }),
})

builder.queryField('signingKeys', (t) =>
  t.field({
    type: SigningKeys,
    description: 'The keys that are published: the one that signs, the announced one, and earlier ones.',
    authScopes: { read: true },
    resolve: async (_root, _args, { services: { signingKeys } }) => ({
      keys: await signingKeys.listed(),
      readOnlyReason: await signingKeys.explainReadOnly(),
    }),
  }),
)
