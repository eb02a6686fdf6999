/** The mutations of Trust Marks. */
import { failures } from '#server/schema/error.ts'
import { nodeId } from '#server/schema/input.ts'
import { byId, versionRead } from '#server/schema/input-fields.ts'
import { type InputFields, operation } from '#server/schema/operation.ts'
import { TrustMarkRef } from '#server/schema/trust-mark/trust-mark.ts'

const { InvalidInputError, ConflictError, NotFoundError } = failures

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

operation('issueTrustMark', {
  describes:
    'Signs and publishes a Trust Mark. A revoked or expired one of the same type and entity is replaced.',
  scope: 'operate',
  input: {
    describes: 'A Trust Mark to issue.',
    fields: (t) => ({
      trustMarkType: t.field({ type: 'URL', required: true, description: 'The Trust Mark type.' }),
      entityId: t.field({
        type: 'EntityIdentifier',
        required: true,
        description: 'The subject of the mark.',
      }),
      active: t.boolean({ description: 'False creates it as revoked; true by default.' }),
      delegation: t.field({
        type: 'JWT',
        description: 'The owner’s delegation, if the type has an owner (§7.2).',
      }),
      ...markFields(t),
    }),
  },
  result: TrustMarkRef,
  errors: [InvalidInputError, ConflictError, NotFoundError],
  run: (input, { services, caller }) => services.trustMarks.issue(caller, input),
})

operation('updateTrustMark', {
  describes: 'Changes a Trust Mark. A change of the claims issues a new JWT and revokes the previous ones.',
  scope: 'operate',
  input: {
    describes: 'Changes: an absent field keeps its value, null resets it to its default.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The mark’s id.' }),
      version: versionRead(t),
      ...markFields(t),
    }),
  },
  result: TrustMarkRef,
  errors: [InvalidInputError, ConflictError, NotFoundError],
  run(input, { services, caller }) {
    const id = nodeId(input.id, 'TrustMark')
    return services.trustMarks.update(caller, { ...input, id })
  },
})

operation('renewTrustMark', {
  describes: 'Issues a new JWT; the previous one stays valid until it expires.',
  scope: 'operate',
  input: byId('mark', 'The Trust Mark.'),
  result: TrustMarkRef,
  errors: [InvalidInputError, ConflictError, NotFoundError],
  run(input, { services, caller }) {
    const id = nodeId(input.id, 'TrustMark')
    return services.trustMarks.renew(caller, id)
  },
})

operation('revokeTrustMark', {
  describes: 'Revokes a Trust Mark permanently: every JWT issued for it so far.',
  scope: 'operate',
  input: {
    describes: 'The Trust Mark and the reason.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The mark’s id.' }),
      reason: t.string({ description: 'The reason, for the audit log.' }),
    }),
  },
  result: TrustMarkRef,
  errors: [NotFoundError],
  run(input, { services, caller }) {
    const id = nodeId(input.id, 'TrustMark')
    return services.trustMarks.revoke(caller, id, input.reason ?? null)
  },
})
