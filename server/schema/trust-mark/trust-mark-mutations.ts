/** The mutations of Trust Marks. */
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { nodeId, signedIn } from '#server/schema/input.ts'
import { TrustMarkRef } from '#server/schema/trust-mark/trust-mark.ts'

const { InvalidInputError, ConflictError, NotFoundError } = failures

type InputFields = Parameters<Parameters<typeof builder.inputType>[1]['fields']>[0]

/** The input fields of issuing and updating. */
function markFields(t: InputFields) {
  return {
    validFor: t.int({ description: 'Hours for which the mark is valid; as its type says by default.' }),
    renewalTime: t.int({
      description: 'Hours before expiry at which it is renewed; as its type says by default.',
    }),
    autorenew: t.boolean({ description: 'Whether it is renewed by schedule; as its type says by default.' }),
    additionalClaims: t.field({
      type: 'JSON',
      description: 'Further claims of the mark; protected names are refused.',
    }),
  }
}

const IssueTrustMarkInput = builder.inputType('IssueTrustMarkInput', {
  description: 'A Trust Mark to issue.',
  fields: (t) => ({
    trustMarkType: t.field({ type: 'URL', required: true, description: 'The Trust Mark type.' }),
    entityId: t.field({ type: 'EntityIdentifier', required: true, description: 'The entity it is about.' }),
    active: t.boolean({ description: 'False records it as revoked from the start; true by default.' }),
    delegation: t.field({
      type: 'JWT',
      description: 'The owner’s delegation, where the type has an owner (section 7.2).',
    }),
    ...markFields(t),
  }),
})

const UpdateTrustMarkInput = builder.inputType('UpdateTrustMarkInput', {
  description: 'Changes: an absent field keeps its value, null clears it to its default.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The mark’s id.' }),
    version: t.int({ description: 'The version that was read; another one in the meantime gives CONFLICT.' }),
    ...markFields(t),
  }),
})

const RenewTrustMarkInput = builder.inputType('RenewTrustMarkInput', {
  description: 'The Trust Mark.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The mark’s id.' }) }),
})

const RevokeTrustMarkInput = builder.inputType('RevokeTrustMarkInput', {
  description: 'The Trust Mark and the reason.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The mark’s id.' }),
    reason: t.string({ description: 'Why, for the audit log.' }),
  }),
})

builder.mutationFields((t) => ({
  issueTrustMark: t.field({
    type: TrustMarkRef,
    description:
      'Signs and publishes a Trust Mark. A revoked or expired one of the same type and entity is replaced.',
    authScopes: { operate: true },
    errors: { types: [InvalidInputError, ConflictError, NotFoundError] },
    args: {
      input: t.arg({ type: IssueTrustMarkInput, required: true, description: 'The Trust Mark to issue.' }),
    },
    resolve: (_root, { input }, context) => context.services.trustMarks.issue(signedIn(context), input),
  }),
  updateTrustMark: t.field({
    type: TrustMarkRef,
    description:
      'Changes a Trust Mark. Changed claims issue a new JWT and revoke those before, which are no longer true.',
    authScopes: { operate: true },
    errors: { types: [InvalidInputError, ConflictError, NotFoundError] },
    args: { input: t.arg({ type: UpdateTrustMarkInput, required: true, description: 'The changes.' }) },
    resolve: (_root, { input }, context) => {
      const id = nodeId(input.id, 'TrustMark')
      return context.services.trustMarks.update(signedIn(context), { ...input, id })
    },
  }),
  renewTrustMark: t.field({
    type: TrustMarkRef,
    description: 'Issues a new JWT; the previous one stays valid until it expires.',
    authScopes: { operate: true },
    errors: { types: [InvalidInputError, ConflictError, NotFoundError] },
    args: { input: t.arg({ type: RenewTrustMarkInput, required: true, description: 'The Trust Mark.' }) },
    resolve: (_root, { input }, context) => {
      const id = nodeId(input.id, 'TrustMark')
      return context.services.trustMarks.renew(signedIn(context), id)
    },
  }),
  revokeTrustMark: t.field({
    type: TrustMarkRef,
    description: 'Revokes a Trust Mark permanently: every JWT issued for it so far.',
    authScopes: { operate: true },
    errors: { types: [NotFoundError] },
    args: {
      input: t.arg({
        type: RevokeTrustMarkInput,
        required: true,
        description: 'The Trust Mark and the reason.',
      }),
    },
    resolve: (_root, { input }, context) => {
      const id = nodeId(input.id, 'TrustMark')
      return context.services.trustMarks.revoke(signedIn(context), id, input.reason ?? null)
    },
  }),
}))
