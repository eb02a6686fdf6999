/** The Federation Entity Keys of the key directory and their states. */
import type { KeyAttributes, StoreName } from '#federation/key-store/store.ts'
import { builder } from '#server/schema/builder.ts'
import type { KeyUse } from '#server/services/signing-key/use.ts'
import type { SigningKeyView } from '#server/services/signing-key/view.ts'

const SigningKeyState = builder.enumType('SigningKeyState', {
  description: 'The state of a key (§11.2).',
  values: {
    CURRENT: { description: 'The key that signs.' },
    ANNOUNCED: { description: 'The next key: published, but not yet used to sign.' },
    ANSWERS: {
      description:
        'A key of a federation server, which signs answers of the moment only. A rollover does not count it.',
    },
    PUBLISHED: { description: 'A previous key: published to verify its signatures.' },
  } as const,
})

export const KeyStore = builder.enumType('KeyStore', {
  description: 'Where private keys are.',
  values: {
    FILES: { value: 'files', description: 'A file in the key directory.' },
    PKCS11: { value: 'pkcs11', description: 'A hardware security module or another PKCS#11 token.' },
    AWSKMS: { value: 'awskms', description: 'AWS Key Management Service.' },
  } as const,
})

export const SigningKeyUse = builder.objectRef<KeyUse>('SigningKeyUse').implement({
  description: 'The valid signatures of a key.',
  authScopes: { read: true },
  fields: (t) => ({
    subordinateStatements: t.exposeInt('statements', {
      description: 'The number of published Subordinate Statements that it signed.',
    }),
    trustMarks: t.exposeInt('trustMarks', {
      description: 'The number of published Trust Marks that it signed; reissueTrustMarks re-signs them.',
    }),
    replacedTrustMarks: t.exposeInt('replacedTrustMarks', {
      description: 'The number of replaced Trust Marks that it signed and that have not expired.',
    }),
    neededUntil: t.expose('neededUntil', {
      type: 'DateTime',
      nullable: true,
      description:
        'When its last signature expires, including replaced statements and marks in caches; null: all have expired.',
    }),
  }),
})

const SigningKeyAttributes = builder.objectRef<KeyAttributes>('SigningKeyAttributes').implement({
  description: 'What a key store says about a private key; null: it says nothing about that.',
  authScopes: { read: true },
  fields: (t) => ({
    isExtractable: t.exposeBoolean('isExtractable', {
      nullable: true,
      description: 'Whether it can leave the store.',
    }),
    isSensitive: t.exposeBoolean('isSensitive', {
      nullable: true,
      description: 'Whether its value is hidden, also from a user of the key.',
    }),
    isMadeInStore: t.exposeBoolean('isMadeInStore', {
      nullable: true,
      description: 'Whether it was created in the store, rather than imported.',
    }),
  }),
})

export const SigningKey = builder.objectRef<SigningKeyView>('SigningKey').implement({
  description: 'A Federation Entity Key. The private key never leaves its store.',
  authScopes: { read: true },
  fields: (t) => ({
    kid: t.exposeString('kid', { description: 'The key id: the RFC 7638 thumbprint.' }),
    alg: t.exposeString('alg', { description: 'Its algorithm.' }),
    use: t.string({ description: 'What it is used for: `sig`.', resolve: () => 'sig' }),
    state: t.expose('state', { type: SigningKeyState, description: 'Its state.' }),
    store: t.expose('store', {
      type: KeyStore,
      nullable: true,
      description:
        'Where its private key is; null for a previous key, whose private key is destroyed, and for a key that signs answers on another host.',
    }),
    attributes: t.field({
      type: SigningKeyAttributes,
      nullable: true,
      description:
        'What its store says about the private key; null for a key in a file, and while the store does not answer within a second.',
      resolve: (key) => key.attributes(),
    }),
    file: t.exposeString('file', { description: 'Its file in the key directory.' }),
    jwk: t.expose('jwk', { type: 'JSON', description: 'The public key.' }),
    createdAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was created, or found in the key directory.',
      resolve: ({ row }) => row?.createdAt ?? null,
    }),
    publishedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Since when it is in the published Entity Configuration.',
      resolve: ({ row }) => row?.publishedAt ?? null,
    }),
    usableFrom: t.expose('usableFrom', {
      type: 'DateTime',
      nullable: true,
      description:
        'When the last cached statement without it expires, our Entity Configuration and those of superiors: an announced key or one for answers may sign from then on. Null: not known yet.',
    }),
    superiorFaults: t.exposeStringList('superiorFaults', {
      description:
        'Why superiors make the first signature of this announced key, or of this key for answers, unsafe, one sentence each.',
    }),
    signsSince: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it began to sign; null: not yet.',
      resolve: ({ row }) => row?.signsSince ?? null,
    }),
    replacedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When another key replaced it.',
      resolve: ({ row }) => row?.replacedAt ?? null,
    }),
    validSignatures: t.field({
      type: SigningKeyUse,
      description: 'Its valid signatures.',
      resolve: (key) => key.use(),
    }),
  }),
})

type Keyring = {
  keys: SigningKeyView[]
  readOnlyReason: string | null
  warnings: string[]
  stores: { available: StoreName[]; preferred: StoreName }
}

export const SigningKeys = builder.objectRef<Keyring>('SigningKeys').implement({
  description: 'The keys of the key directory, and whether it can be changed.',
  authScopes: { read: true },
  fields: (t) => ({
    keys: t.expose('keys', {
      type: [SigningKey],
      description: 'The current key, then the announced one, then those for answers, then previous ones.',
    }),
    isWritable: t.boolean({
      description: 'Whether the admin server can change the key directory.',
      resolve: ({ readOnlyReason }) => readOnlyReason === null,
    }),
    stores: t.field({
      type: [KeyStore],
      description: 'The stores in which a key can be created.',
      resolve: ({ stores }) => stores.available,
    }),
    preferredStore: t.field({
      type: KeyStore,
      description:
        'Where a key is created unless another store is named: in the store of the current key, or where `KEY_STORE` says if that is in a file.',
      resolve: ({ stores }) => stores.preferred,
    }),
    warnings: t.exposeStringList('warnings', {
      description: 'About private keys that other users of the host can read, one sentence each.',
    }),
    readOnlyReason: t.exposeString('readOnlyReason', {
      nullable: true,
      description: 'Why not, and what to do; null if it can.',
    }),
  }),
})

builder.queryField('signingKey', (t) =>
  t.field({
    type: SigningKey,
    nullable: true,
    description: 'A published key, by its key ID; null: there is none.',
    authScopes: { read: true },
    args: { kid: t.arg.string({ required: true, description: 'The key ID.' }) },
    resolve: async (_root, { kid }, { services: { signingKeys } }) =>
      (await signingKeys.listed()).find((key) => key.kid === kid) ?? null,
  }),
)

builder.queryField('signingKeys', (t) =>
  t.field({
    type: SigningKeys,
    nullable: true, // it fails apart from the rest of a document
    description:
      'The published keys: current and announced ones, those for answers, and previous ones; null beside an error.',
    authScopes: { read: true },
    resolve: async (_root, _args, { services: { signingKeys } }) => ({
      keys: await signingKeys.listed(),
      readOnlyReason: await signingKeys.explainReadOnly(),
      warnings: signingKeys.warnings(),
      stores: signingKeys.stores(),
    }),
  }),
)
