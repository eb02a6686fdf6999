/** The decisions about change requests. */
import type { Context } from '#server/schema/context.ts'
import { failures } from '#server/schema/error.ts'
import { nodeId, requireSession } from '#server/schema/input.ts'
import { type InputFields, operation } from '#server/schema/operation.ts'
import { ChangeRequestRef, noteResult } from '#server/schema/protection/change-request.ts'
import { mayRead } from '#server/schema/protection/change-request-access.ts'
import { createExecution } from '#server/schema/protection/execution.ts'
import { parsePasskeyAnswer } from '#server/services/protection/passkey-proof.ts'

const { InvalidInputError, ConflictError, NotFoundError } = failures

const signedWith = (t: InputFields) =>
  t.field({
    type: 'JSON',
    required: true,
    description:
      'What `navigator.credentials.get` returned for its `signingOptions`, as `toJSON()` gives it (Web Authentication, §5.5).',
  })

operation('approveChangeRequest', {
  describes:
    'Approves a change request of another person and executes its mutation with the rights of the caller. The passkey signs the hash of the request; the audit log keeps the signature. A failure changes nothing and leaves the request open. Not for API keys.',
  scope: { $all: { ownAccount: true, operateAnywhere: true } },
  ofInstallation: true,
  input: {
    describes: 'The change request and the signature.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The id of the change request.' }),
      passkey: signedWith(t),
    }),
  },
  result: ChangeRequestRef,
  errors: [InvalidInputError, ConflictError, NotFoundError],
  async run(input, context, info) {
    const caller = requireSession(context)
    const id = await requireReadable(context, input.id)
    const { work, result } = createExecution(context, caller, info)
    const answer = parsePasskeyAnswer(input.passkey)
    return noteResult(await context.changeRequests.approve(caller, id, answer, work), result())
  },
})

operation('commentChangeRequest', {
  describes:
    'Says something about a change request. A change without a reason cannot be approved: the first words of its requester become the reason.',
  scope: 'operateAnywhere',
  ofInstallation: true,
  input: {
    describes: 'The change request and the text.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The id of the change request.' }),
      text: t.string({ required: true, description: 'What to say, at most 1000 characters.' }),
    }),
  },
  result: ChangeRequestRef,
  errors: [InvalidInputError, ConflictError, NotFoundError],
  async run(input, context) {
    const id = await requireReadable(context, input.id)
    return context.changeRequests.comment(context.caller, id, input.text)
  },
})

operation('refuseChangeRequest', {
  describes: 'Refuses a change request, or withdraws one’s own.',
  scope: 'operateAnywhere',
  ofInstallation: true,
  input: {
    describes: 'The change request.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The id of the change request.' }),
      message: t.string({ description: 'Why, at most 1000 characters.' }),
    }),
  },
  result: ChangeRequestRef,
  errors: [InvalidInputError, ConflictError, NotFoundError],
  async run(input, context) {
    const id = await requireReadable(context, input.id)
    return context.changeRequests.refuse(context.caller, id, input.message)
  },
})

operation('overrideChangeRequest', {
  describes:
    'Executes a change request without a second person, in an emergency, signed with a passkey. If the settings ask for a delay, the first call begins it, and a second one after it executes. An alert and the audit log name it and the reason. For administrators; not for API keys.',
  scope: { $all: { ownAccount: true, administerAnywhere: true } },
  ofInstallation: true,
  input: {
    describes: 'The change request and the reason.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The id of the change request.' }),
      reason: t.string({
        required: true,
        description: 'Why it cannot wait for a second person, at most 1000 characters.',
      }),
      passkey: signedWith(t),
    }),
  },
  result: ChangeRequestRef,
  errors: [InvalidInputError, ConflictError, NotFoundError],
  async run(input, context, info) {
    const caller = requireSession(context)
    const id = await requireReadable(context, input.id)
    const { work, result } = createExecution(context, caller, info)
    const given = { given: input.reason, answer: parsePasskeyAnswer(input.passkey) }
    return noteResult(await context.changeRequests.override(caller, id, given, work), result())
  },
})

/** The key of a request that the caller may read. @throws NotFoundError */
async function requireReadable(context: Context, globalId: string): Promise<number> {
  const id = nodeId(globalId, 'ChangeRequest')
  const row = await context.changeRequests.find(id)
  if (mayRead(context, row)) return id
  throw new NotFoundError('There is no such change request.', 'id')
}
