/** The mutations of signing keys: the steps of a rollover (§11.2) and the revocation. */
import { failures } from '#server/schema/error.ts'
import { operation } from '#server/schema/operation.ts'
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
} = failures

/** Failures of every change of keys. */
const commonFailures = [KeyDirectoryReadOnlyError, UnavailableError]

operation('announceSigningKey', {
  describes:
    'Creates the next signing key and publishes its public key. It signs nothing until switchSigningKey. Inform everyone who pins the keys of this Trust Anchor.',
  scope: 'administer',
  isSensitive: true,
  input: {
    describes: 'The key to create.',
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
  },
  result: SigningKey,
  errors: [InvalidInputError, ConflictError, ...commonFailures],
  run: (input, { services, caller }) =>
    services.signingKeys.announce(caller, {
      ...input,
      alg: String(input.alg),
    }),
})

operation('retireKey', {
  describes:
    'Moves a previous key, or one for answers, into the historical keys. Refused while anything that a previous key signed is valid. One for answers needs acceptCopies, because only federation servers know whether they sign with it.',
  scope: 'administer',
  isSensitive: true,
  input: {
    describes: 'The key to retire.',
    fields: (t) => ({
      kid: t.string({ required: true, description: 'The key id.' }),
      acceptCopies: t.boolean({
        description:
          'Retires the key although caches may hold replaced statements and marks, or answers, that it signed. Verifiers must fetch these again.',
      }),
    }),
  },
  result: HistoricalKey,
  errors: [ConflictError, NotFoundError, UnsafeKeyChangeError, ...commonFailures],
  run: (input, { services, caller }) => services.signingKeys.retire(caller, input),
})

operation('revokeKey', {
  describes:
    'Revokes a key immediately and lists it in the historical keys. Its signatures can no longer be verified: statements are re-signed at once, Trust Marks by reissueTrustMarks.',
  scope: 'administer',
  isSensitive: true,
  input: {
    describes: 'The key and the reason.',
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
  },
  result: HistoricalKey,
  errors: [InvalidInputError, ConflictError, NotFoundError, UnsafeKeyChangeError, ...commonFailures],
  run: (input, { services, caller }) => services.signingKeys.revoke(caller, input),
})

operation('publishHistoricalKeys', {
  describes:
    'Re-signs and publishes the historical keys. Changes are published automatically; use this to force it.',
  scope: 'operate',
  result: [HistoricalKey],
  noun: 'historicalKeys',
  errors: [UnavailableError],
  async run(_input, { services, caller }) {
    await services.trustAnchor.publishHistoricalKeys(caller)
    return services.signingKeys.historical()
  },
})

operation('switchSigningKey', {
  describes:
    'Starts to sign with the announced key. All statements are re-signed; re-sign Trust Marks with reissueTrustMarks. Refused while caches may hold an Entity Configuration, or a statement of a superior, without the key. The previous key stays published until it is retired.',
  scope: 'administer',
  isSensitive: true,
  input: {
    describes: 'Options of the switch; none by default.',
    isOptional: true,
    fields: (t) => ({
      overrideReason: t.string({
        description:
          'Switches although caches may lack the key, for this reason (kept in the audit log). Verifiers must fetch the Entity Configuration again.',
      }),
    }),
  },
  result: SigningKey,
  errors: [NotFoundError, UnsafeKeyChangeError, ...commonFailures],
  run: (input, { services, caller }) => services.signingKeys.switch(caller, input),
})
