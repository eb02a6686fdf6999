/** The mutations of Trust Marks. */
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { nodeId, requireCaller } from '#server/schema/input.ts'
import { TrustMarkRef } from '#server/schema/trust-mark/trust-mark.ts'

const { InvalidInputError, ConflictError, NotFoundError } = failures

type InputFields = Parameters<Parameters<typeof builder.inputType>[1]['fields']>[0]

/** The input fields of issuing and updating. */
function markFields(t: InputFields) {
  return {
    validFor: t.int({ description: 'The validity in hours; that of its type by default.' }),
    renewalTime: t.int({
      description: 'Hours before expiry at which it is renewed; those of its type by default.',
    }),
    autorenew: t.boolean({ description: 'Whether it is renewed automatically; as for its type by default.' }),
    additionalClaims: t.field({
      type: 'JSON',
      description: 'Additional claims of the mark; protected names are refused.',
    }),
  }
}

const IssueTrustMarkInput = builder.inputType('IssueTrustMarkInput', {
  description: 'A Trust Mark to issue.',
  fields: (t) => ({
    trustMarkType: t.field({ type: 'URL', required: true, description: 'The Trust Mark type.' }),
    entityId: t.field({ type: 'EntityIdentifier', required: true, description: 'The subject of the mark.' }),
    active: t.boolean({ description: 'False creates it as revoked; true by default.' }),
    delegation: t.field({
      type: 'JWT',
      description: 'The owner’s delegation, if the type has an owner (§7.2).',
    }),
    ...markFields(t),
  }),
})

const UpdateTrustMarkInput = builder.inputType('UpdateTrustMarkInput', {
  description: 'Changes: an absent field keeps its value, null resets it to its default.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The mark’s id.' }),
    version: t.int({
      description: 'The version that was read; the mutation fails with CONFLICT after another change.',
    }),
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
    reason: t.string({ description: 'The reason, for the audit log.' }),
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
    resolve: (_root, { input }, context) => context.services.trustMarks.issue(requireCaller(context), input),
  }),
  updateTrustMark: t.field({
    type: TrustMarkRef,
    description:
      'Changes a Trust Mark. A change of the claims issues a new JWT and revokes the previous ones.',
    authScopes: { operate: true },
    errors: { types: [InvalidInputError, ConflictError, NotFoundError] },
    args: { input: t.arg({ type: UpdateTrustMarkInput, required: true, description: 'The changes.' }) },
    resolve: (_root, { input }, context) => {
      const id = nodeId(input.id, 'TrustMark')
      return context.services.trustMarks.update(requireCaller(context), { ...input, id })
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
      return context.services.trustMarks.renew(requireCaller(context), id)
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
      return context.services.trustMarks.revoke(requireCaller(context), id, input.reason ?? null)
    },
  }),
}))
