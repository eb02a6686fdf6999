/** Assigns requests to operators. */
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { nodeId, requireCaller } from '#server/schema/input.ts'
import { RequestRef } from '#server/schema/request/request.ts'

const { ConflictError, InvalidInputError, NotFoundError } = failures

const AssignRequestInput = builder.inputType('AssignRequestInput', {
  description: 'The request, and who shall handle it.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The request’s id.' }),
    version: t.int({
      description: 'The version that was read; the mutation fails with CONFLICT after another change.',
    }),
    username: t.string({ description: 'One of `requestAssignees`; null: no operator.' }),
  }),
})

builder.mutationField('assignRequest', (t) =>
  t.field({
    type: RequestRef,
    description:
      'Assigns an open request to an operator, or to none. Only operators see it. It does not keep others from deciding.',
    authScopes: { operate: true },
    errors: { types: [InvalidInputError, ConflictError, NotFoundError] },
    args: { input: t.arg({ type: AssignRequestInput, required: true, description: 'The assignment.' }) },
    resolve: (_root, { input: { id, version, username } }, context) =>
      context.services.requests.assign(requireCaller(context), {
        id: nodeId(id, 'Request'),
        version,
        username: username ?? null,
      }),
  }),
)

builder.queryField('requestAssignees', (t) =>
  t.stringList({
    description: 'The usernames of those to whom requests can be assigned: the operators of the anchor.',
    authScopes: { operate: true },
    resolve: (_root, _args, { services }) => services.requests.listAssignees(),
  }),
)
