/** The mutations of subordinates. */
import { failures } from '#server/schema/error.ts'
import { fieldsOf } from '#server/schema/fields-of.ts'
import { encodeNodeId } from '#server/schema/global-id.ts'
import { nodeId } from '#server/schema/input.ts'
import { byId, versionRead } from '#server/schema/input-fields.ts'
import { operation } from '#server/schema/operation.ts'
import { unpublishedFields, withOrganizationKey } from '#server/schema/subordinate/annotation-fields.ts'
import { SubordinateRef } from '#server/schema/subordinate/subordinate.ts'
import { statementFields } from '#server/services/subordinate/input.ts'

const { InvalidInputError, ConflictError, NotFoundError, EntityRejectedError } = failures

export const RegisterSubordinateInput = operation('registerSubordinate', {
  describes: 'Fetches and checks an entity’s configuration, registers it and publishes a statement about it.',
  scope: 'operate',
  input: {
    describes: 'An entity to register, with the settings of its Subordinate Statement.',
    fields: (t) => ({
      entityId: t.field({ type: 'EntityIdentifier', required: true, description: 'Its Entity Identifier.' }),
      metadata: t.field({
        type: 'JSON',
        description: 'Metadata to record; its declared metadata by default.',
      }),
      jwks: t.field({
        type: 'JWKS',
        description:
          'Its keys, obtained out of band. Its configuration must verify with them, and the statement carries them.',
      }),
      active: t.boolean({ description: 'Whether to publish it immediately; true by default.' }),
      ...fieldsOf(t, statementFields),
      ...unpublishedFields(t),
    }),
  },
  result: SubordinateRef,
  errors: [InvalidInputError, ConflictError, EntityRejectedError],
  run: (input, { services, caller }) => services.subordinates.register(caller, withOrganizationKey(input)),
})

operation('updateSubordinate', {
  describes:
    'Changes the settings of a subordinate and publishes a new statement; a change of only note and tags publishes nothing. A change of keys, policy, constraints, forced metadata or required marks fetches and checks its configuration as at registration.',
  scope: 'operate',
  input: {
    describes: 'Changes: an absent field keeps its value, null resets it to its default.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The subordinate’s id.' }),
      version: versionRead(t),
      metadata: t.field({
        type: 'JSON',
        description: 'Metadata to record instead of the declared metadata; null: use the declared metadata.',
      }),
      jwks: t.field({
        type: 'JWKS',
        description:
          'The keys in the statement: the entity’s configuration must verify with them. Null: use the keys in its Entity Configuration.',
      }),
      ...fieldsOf(t, statementFields),
      ...unpublishedFields(t),
    }),
  },
  result: SubordinateRef,
  errors: [InvalidInputError, ConflictError, NotFoundError, EntityRejectedError],
  run(input, { services, caller }) {
    const id = nodeId(input.id, 'Subordinate')
    return services.subordinates.update(caller, {
      ...withOrganizationKey(input),
      id,
    })
  },
})

operation('renewSubordinate', {
  describes:
    'Fetches the configuration again, verifies it with the registered keys, and publishes a new statement. On failure the current statement stays.',
  scope: 'operate',
  input: byId('subordinate'),
  result: SubordinateRef,
  errors: [NotFoundError, ConflictError, EntityRejectedError],
  run: async ({ id }, { services, caller }) =>
    (await services.subordinates.renew(caller, nodeId(id, 'Subordinate'))).subordinate,
})

operation('deactivateSubordinate', {
  describes: 'Removes a subordinate from every endpoint and keeps its registration.',
  scope: 'operate',
  input: byId('subordinate'),
  result: SubordinateRef,
  errors: [NotFoundError],
  run: ({ id }, { services, caller }) => services.subordinates.deactivate(caller, nodeId(id, 'Subordinate')),
})

operation('reactivateSubordinate', {
  describes: 'Publishes a deactivated subordinate again, with a new statement.',
  scope: 'operate',
  input: byId('subordinate'),
  result: SubordinateRef,
  errors: [NotFoundError, ConflictError],
  run: ({ id }, { services, caller }) => services.subordinates.reactivate(caller, nodeId(id, 'Subordinate')),
})

operation('removeSubordinate', {
  describes:
    'Removes a subordinate from every endpoint, deletes its registration, and revokes its Trust Marks. The audit log keeps the deleted values.',
  scope: 'operate',
  input: {
    describes: 'The subordinate.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The subordinate’s id.' }),
      revokeTrustMarks: t.boolean({
        required: true,
        defaultValue: true,
        description: 'Whether the Trust Marks that this anchor issued to it are revoked, too.',
      }),
    }),
  },
  result: ['ID'],
  noun: 'ids',
  errors: [NotFoundError, ConflictError],
  async run(input, context) {
    const id = nodeId(input.id, 'Subordinate')
    const how = { revokesMarks: input.revokeTrustMarks }
    await context.services.subordinates.remove(context.caller, id, how)
    return [encodeNodeId('Subordinate', id, context.anchor)]
  },
})
