/** Assigns requests to operators. */
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { nodeId } from '#server/schema/input.ts'
import { versionRead } from '#server/schema/input-fields.ts'
import { operation } from '#server/schema/operation.ts'
import { RequestRef } from '#server/schema/request/request.ts'

const { ConflictError, InvalidInputError, NotFoundError } = failures

operation('assignRequest', {
  describes:
    'Assigns an open request to an operator, or to none. Only operators see it. It does not keep others from deciding.',
  scope: 'operate',
  input: {
    describes: 'The request, and who handles it.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The request’s id.' }),
      version: versionRead(t),
      username: t.string({ description: 'One of `requestAssignees`; null: no operator.' }),
    }),
  },
  result: RequestRef,
  errors: [InvalidInputError, ConflictError, NotFoundError],
  run: ({ id, version, username }, { services, caller }) =>
    services.requests.assign(caller, {
      id: nodeId(id, 'Request'),
      version,
      username: username ?? null,
    }),
})

builder.queryField('requestAssignees', (t) =>
  t.stringList({
    description: 'The usernames of those to whom requests can be assigned: the operators of the anchor.',
    authScopes: { operate: true },
    resolve: (_root, _args, { services }) => services.requests.listAssignees(),
  }),
)
