/** The mutations of subordinates. */
import { builder } from '#server/schema/builder.ts'
import type { Context } from '#server/schema/context.ts'
import { failures } from '#server/schema/error.ts'
import { nodeId, requireCaller } from '#server/schema/input.ts'
import { statementFields } from '#server/schema/statement-fields.ts'
import { unpublishedFields, withOrganizationKey } from '#server/schema/subordinate/annotation-fields.ts'

const { InvalidInputError, ConflictError, NotFoundError, EntityRejectedError } = failures

export const RegisterSubordinateInput = builder.inputType('RegisterSubordinateInput', {
  description: 'An entity to register, with the settings of its Subordinate Statement.',
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
    ...statementFields(t),
    autorenew: t.boolean({ description: 'Whether its statement is renewed automatically; true by default.' }),
    ...unpublishedFields(t),
  }),
})

const UpdateSubordinateInput = builder.inputType('UpdateSubordinateInput', {
  description: 'Changes: an absent field keeps its value, null resets it to its default.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The subordinate’s id.' }),
    version: t.int({
      description: 'The version that was read; the mutation fails with CONFLICT after another change.',
    }),
    metadata: t.field({
      type: 'JSON',
      description: 'Metadata to record instead of the declared metadata; null: use the declared metadata.',
    }),
    jwks: t.field({
      type: 'JWKS',
      description:
        'The keys in the statement: the entity’s configuration must verify with them. Null: use the keys in its Entity Configuration.',
    }),
    ...statementFields(t),
    autorenew: t.boolean({ description: 'Whether its statement is renewed automatically; true by default.' }),
    ...unpublishedFields(t),
  }),
})

builder.mutationField('registerSubordinate', (t) =>
  t.prismaField({
    type: 'Subordinate',
    description:
      'Fetches and checks an entity’s configuration, registers it and publishes a statement about it.',
    authScopes: { operate: true },
    errors: { types: [InvalidInputError, ConflictError, EntityRejectedError] },
    args: {
      input: t.arg({
        type: RegisterSubordinateInput,
        required: true,
        description: 'The entity to register.',
      }),
    },
    resolve: (_query, _root, { input }, context) =>
      context.services.subordinates.register(requireCaller(context), withOrganizationKey(input)),
  }),
)

builder.mutationField('updateSubordinate', (t) =>
  t.prismaField({
    type: 'Subordinate',
    description:
      'Changes the settings of a subordinate and publishes a new statement; a change of only note and tags publishes nothing. A change of keys, policy, constraints, forced metadata or required marks fetches and checks its configuration as at registration.',
    authScopes: { operate: true },
    errors: { types: [InvalidInputError, ConflictError, NotFoundError, EntityRejectedError] },
    args: { input: t.arg({ type: UpdateSubordinateInput, required: true, description: 'The changes.' }) },
    resolve: (_query, _root, { input }, context) => {
      const id = nodeId(input.id, 'Subordinate')
      return context.services.subordinates.update(requireCaller(context), {
        ...withOrganizationKey(input),
        id,
      })
    },
  }),
)

/** Mutations with only a subordinate as argument. Services return whole rows, so nothing is selected. */
const simple = [
  {
    name: 'renewSubordinate',
    description:
      'Fetches the configuration again, verifies it with the registered keys, and publishes a new statement. On failure the current statement stays.',
    errors: [NotFoundError, ConflictError, EntityRejectedError],
    run: ({ services }: Context, ...args: Parameters<Context['services']['subordinates']['renew']>) =>
      services.subordinates.renew(...args),
  },
  {
    name: 'deactivateSubordinate',
    description: 'Removes a subordinate from every endpoint and keeps its registration.',
    errors: [NotFoundError],
    run: ({ services }: Context, ...args: Parameters<Context['services']['subordinates']['deactivate']>) =>
      services.subordinates.deactivate(...args),
  },
  {
    name: 'reactivateSubordinate',
    description: 'Publishes a deactivated subordinate again, with a new statement.',
    errors: [NotFoundError],
    run: ({ services }: Context, ...args: Parameters<Context['services']['subordinates']['reactivate']>) =>
      services.subordinates.reactivate(...args),
  },
] as const

for (const { name, description, errors, run } of simple) {
  const input = subjectInput(name)
  builder.mutationField(name, (t) =>
    t.prismaField({
      type: 'Subordinate',
      description,
      authScopes: { operate: true },
      errors: { types: [...errors] },
      args: { input: t.arg({ type: input, required: true, description: 'The subordinate.' }) },
      resolve: (_query, _root, args, context) =>
        run(context, requireCaller(context), nodeId(args.input.id, 'Subordinate')),
    }),
  )
}

const RemoveSubordinateInput = builder.inputType('RemoveSubordinateInput', {
  description: 'The subordinate.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The subordinate’s id.' }),
    revokeTrustMarks: t.boolean({
      required: true,
      defaultValue: true,
      description: 'Whether the Trust Marks that this anchor issued to it are revoked, too.',
    }),
  }),
})
builder.mutationField('removeSubordinate', (t) =>
  t.field({
    type: 'EntityIdentifier',
    description:
      'Removes a subordinate from every endpoint, deletes its registration, and revokes its Trust Marks. Returns its Entity Identifier; the audit log keeps the deleted values.',
    authScopes: { operate: true },
    errors: { types: [NotFoundError] },
    args: {
      input: t.arg({ type: RemoveSubordinateInput, required: true, description: 'The subordinate.' }),
    },
    resolve: (_root, { input }, context) =>
      context.services.subordinates.remove(requireCaller(context), nodeId(input.id, 'Subordinate'), {
        revokesMarks: input.revokeTrustMarks,
      }),
  }),
)

function subjectInput(mutation: string) {
  return builder.inputType(`${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`, {
    description: 'The subordinate.',
    fields: (t) => ({ id: t.id({ required: true, description: 'The subordinate’s id.' }) }),
  })
}
