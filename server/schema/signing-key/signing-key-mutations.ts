/** What may be done with signing keys: the steps of a rollover (section 11.2), and its emergency. */
import { signingAlgorithms } from '#core/keys.ts'
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { recentlySignedIn, signedIn } from '#server/schema/input.ts'
import { HistoricalKey } from '#server/schema/signing-key/historical-key.ts'
import { SigningKey } from '#server/schema/signing-key/signing-key.ts'

const {
  InvalidInputError,
  ConflictError,
  NotFoundError,
  UnavailableError,
  UnsafeKeyChangeError,
  KeyDirectoryReadOnlyError,
  ReauthenticationRequiredError,
} = failures

/** Whatever is done with keys: whoever does it may have to say again who they are, and files can fail. */
const commonFailures = [ReauthenticationRequiredError, KeyDirectoryReadOnlyError, UnavailableError]

const SigningAlgorithm = builder.enumType('SigningAlgorithm', {
  description: 'An algorithm for which keys are made.',
  values: Object.fromEntries(
    signingAlgorithms.map((alg) => [
      alg.toUpperCase(),
      { value: alg, description: `${alg} of the JOSE registry.` },
    ]),
  ),
})

const AnnounceSigningKeyInput = builder.inputType('AnnounceSigningKeyInput', {
  description: 'The key to make.',
  fields: (t) => ({
    alg: t.field({ type: SigningAlgorithm, required: true, description: 'Its algorithm.' }),
  }),
})

const SwitchSigningKeyInput = builder.inputType('SwitchSigningKeyInput', {
  description: 'How to switch.',
  fields: (t) => ({
    overrideReason: t.string({
      description:
        'Switches although others may not know the key yet, for this reason, which the audit log keeps. They must fetch the Entity Configuration anew.',
    }),
  }),
})

const RetireKeyInput = builder.inputType('RetireKeyInput', {
  description: 'Which key.',
  fields: (t) => ({
    kid: t.string({ required: true, description: 'Its id.' }),
    acceptCopies: t.boolean({
      description:
        'Retires it although others may hold replaced statements and marks that it signed: they must fetch anew.',
    }),
  }),
})

const RevokeKeyInput = builder.inputType('RevokeKeyInput', {
  description: 'Which key, and why.',
  fields: (t) => ({
    kid: t.string({ required: true, description: 'Its id.' }),
    reason: t.string({
      required: true,
      description:
        '`compromised`, `superseded`, `unspecified`, or a word of the federation’s own (section 8.7.3).',
    }),
    emergency: t.boolean({
      description:
        'Revokes it even if it signs: the announced key, or one made now, signs in its place from this moment.',
    }),
  }),
})

builder.mutationFields((t) => ({
  announceSigningKey: t.field({
    type: SigningKey,
    description:
      'Makes the next signing key and publishes its public part; nothing is signed with it until switchSigningKey. Those who pin the keys of this Trust Anchor need to be told.',
    authScopes: { administer: true },
    errors: { types: [ConflictError, ...commonFailures] },
    args: { input: t.arg({ type: AnnounceSigningKeyInput, required: true, description: 'The key.' }) },
    resolve: (_root, { input }, context) =>
      context.services.signingKeys.announce(recentlySignedIn(context), { alg: String(input.alg) }),
  }),
  switchSigningKey: t.field({
    type: SigningKey,
    description:
      'Signs with the announced key from now on; all statements are signed anew, Trust Marks by reissueTrustMarks. Refused as long as others may hold an Entity Configuration that lacks it. The key before stays published until it is retired. Superiors in other federations must have been told of the new key, which is not checked.',
    authScopes: { administer: true },
    errors: { types: [NotFoundError, UnsafeKeyChangeError, ...commonFailures] },
    args: { input: t.arg({ type: SwitchSigningKeyInput, description: 'How to switch, if not as usual.' }) },
    resolve: (_root, { input }, context) =>
      context.services.signingKeys.switch(recentlySignedIn(context), input ?? {}),
  }),
  retireKey: t.field({
    type: HistoricalKey,
    description:
      'Publishes an earlier key no longer and puts it into the historical keys. Refused as long as something that it signed is valid.',
    authScopes: { administer: true },
    errors: { types: [ConflictError, NotFoundError, UnsafeKeyChangeError, ...commonFailures] },
    args: { input: t.arg({ type: RetireKeyInput, required: true, description: 'Which key.' }) },
    resolve: (_root, { input }, context) =>
      context.services.signingKeys.retire(recentlySignedIn(context), input),
  }),
  revokeKey: t.field({
    type: HistoricalKey,
    description:
      'Withdraws a key at once and says so in the historical keys. What it signed cannot be verified any more: statements are signed anew at once, Trust Marks by reissueTrustMarks.',
    authScopes: { administer: true },
    errors: {
      types: [InvalidInputError, ConflictError, NotFoundError, UnsafeKeyChangeError, ...commonFailures],
    },
    args: { input: t.arg({ type: RevokeKeyInput, required: true, description: 'Which key, and why.' }) },
    resolve: (_root, { input }, context) =>
      context.services.signingKeys.revoke(recentlySignedIn(context), input),
  }),
  publishHistoricalKeys: t.field({
    type: [HistoricalKey],
    description:
      'Signs and publishes the historical keys anew. Changes publish themselves; this is for certainty.',
    authScopes: { operate: true },
    resolve: async (_root, _args, context) => {
      await context.services.trustAnchor.publishHistoricalKeys(signedIn(context))
      return context.services.signingKeys.historical()
    },
  }),
}))
