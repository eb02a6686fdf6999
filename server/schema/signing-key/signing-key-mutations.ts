/** The mutations of signing keys: the steps of a rollover (§11.2) and the revocation. */
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { requireCaller, requireRecentCaller } from '#server/schema/input.ts'
import { HistoricalKey } from '#server/schema/signing-key/historical-key.ts'
import { SigningAlgorithm } from '#server/schema/signing-key/signing-algorithm.ts'
import { KeyStore, SigningKey } from '#server/schema/signing-key/signing-key.ts'

const {
  InvalidInputError,
  ConflictError,
  NotFoundError,
  UnavailableError,
  UnsafeKeyChangeError,
  KeyDirectoryReadOnlyError,
  ReauthenticationRequiredError,
} = failures

/** Failures of every change of keys. */
const commonFailures = [ReauthenticationRequiredError, KeyDirectoryReadOnlyError, UnavailableError]

const AnnounceSigningKeyInput = builder.inputType('AnnounceSigningKeyInput', {
  description: 'The key to create.',
  fields: (t) => ({
    alg: t.field({ type: SigningAlgorithm, required: true, description: 'Its algorithm.' }),
    store: t.field({
      type: KeyStore,
      description: 'Where to create it; `SigningKeys.preferredStore` by default.',
    }),
    existing: t.string({
      description:
        'A key that another program made in the store, instead of a new one: its CKA_ID in hexadecimal digits, or its id in AWS KMS. It signs once to prove that it fits, and is never destroyed by this server.',
    }),
  }),
})

const SwitchSigningKeyInput = builder.inputType('SwitchSigningKeyInput', {
  description: 'Options of the switch.',
  fields: (t) => ({
    overrideReason: t.string({
      description:
        'Switches although caches may lack the key, for this reason (kept in the audit log). Verifiers must fetch the Entity Configuration again.',
    }),
  }),
})

const RetireKeyInput = builder.inputType('RetireKeyInput', {
  description: 'The key to retire.',
  fields: (t) => ({
    kid: t.string({ required: true, description: 'The key id.' }),
    acceptCopies: t.boolean({
      description:
        'Retires the key although caches may hold replaced statements and marks, or answers, that it signed. Verifiers must fetch these again.',
    }),
  }),
})

const RevokeKeyInput = builder.inputType('RevokeKeyInput', {
  description: 'The key and the reason.',
  fields: (t) => ({
    kid: t.string({ required: true, description: 'The key id.' }),
    reason: t.string({
      required: true,
      description: '`compromised`, `superseded`, `unspecified` or a value of the federation (§8.7.3).',
    }),
    emergency: t.boolean({
      description:
        'Revokes the key even if it signs. A new key replaces it immediately, and an announced key is revoked too.',
    }),
    directoryExposed: t.boolean({
      description:
        'Whether other files of the key directory may be stolen too, true by default. If false, an announced key replaces the current one.',
    }),
    store: t.field({
      type: KeyStore,
      description: 'Where to create the new key; `SigningKeys.preferredStore` by default.',
    }),
  }),
})

builder.mutationFields((t) => ({
  announceSigningKey: t.field({
    type: SigningKey,
    description:
      'Creates the next signing key and publishes its public key. It signs nothing until switchSigningKey. Inform everyone who pins the keys of this Trust Anchor.',
    authScopes: { administer: true },
    errors: { types: [InvalidInputError, ConflictError, ...commonFailures] },
    args: { input: t.arg({ type: AnnounceSigningKeyInput, required: true, description: 'The key.' }) },
    resolve: (_root, { input }, context) =>
      context.services.signingKeys.announce(requireRecentCaller(context), {
        ...input,
        alg: String(input.alg),
      }),
  }),
  switchSigningKey: t.field({
    type: SigningKey,
    description:
      'Starts to sign with the announced key. All statements are re-signed; re-sign Trust Marks with reissueTrustMarks. Refused while caches may hold an Entity Configuration, or a statement of a superior, without the key. The previous key stays published until it is retired.',
    authScopes: { administer: true },
    errors: { types: [NotFoundError, UnsafeKeyChangeError, ...commonFailures] },
    args: { input: t.arg({ type: SwitchSigningKeyInput, description: 'Options; none by default.' }) },
    resolve: (_root, { input }, context) =>
      context.services.signingKeys.switch(requireRecentCaller(context), input ?? {}),
  }),
  retireKey: t.field({
    type: HistoricalKey,
    description:
      'Moves a previous key, or one for answers, into the historical keys. Refused while anything that a previous key signed is valid. One for answers needs acceptCopies, because only federation servers know whether they sign with it.',
    authScopes: { administer: true },
    errors: { types: [ConflictError, NotFoundError, UnsafeKeyChangeError, ...commonFailures] },
    args: { input: t.arg({ type: RetireKeyInput, required: true, description: 'The key.' }) },
    resolve: (_root, { input }, context) =>
      context.services.signingKeys.retire(requireRecentCaller(context), input),
  }),
  revokeKey: t.field({
    type: HistoricalKey,
    description:
      'Revokes a key immediately and lists it in the historical keys. Its signatures can no longer be verified: statements are re-signed at once, Trust Marks by reissueTrustMarks.',
    authScopes: { administer: true },
    errors: {
      types: [InvalidInputError, ConflictError, NotFoundError, UnsafeKeyChangeError, ...commonFailures],
    },
    args: { input: t.arg({ type: RevokeKeyInput, required: true, description: 'The key and the reason.' }) },
    resolve: (_root, { input }, context) =>
      context.services.signingKeys.revoke(requireRecentCaller(context), input),
  }),
  publishHistoricalKeys: t.field({
    type: [HistoricalKey],
    description:
      'Re-signs and publishes the historical keys. Changes are published automatically; use this to force it.',
    authScopes: { operate: true },
    resolve: async (_root, _args, context) => {
      await context.services.trustAnchor.publishHistoricalKeys(requireCaller(context))
      return context.services.signingKeys.historical()
    },
  }),
}))
