/** The decisions about approvals. */
import type { Context } from '#server/schema/context.ts'
import { failures } from '#server/schema/error.ts'
import { nodeId, requireSession } from '#server/schema/input.ts'
import { type InputFields, operation } from '#server/schema/operation.ts'
import { ApprovalRef, noteResult } from '#server/schema/protection/approval.ts'
import { mayRead } from '#server/schema/protection/approval-access.ts'
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

operation('approve', {
  describes:
    'Approves a protected change of another person and executes its mutation with the rights of the caller. The passkey signs the hash of the request; the audit log keeps the signature. A failure changes nothing and leaves the request open. Not for API keys.',
  scope: { $all: { ownAccount: true, operateAnywhere: true } },
  ofInstallation: true,
  input: {
    describes: 'The approval and the signature.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The id of the approval.' }),
      passkey: signedWith(t),
    }),
  },
  result: ApprovalRef,
  errors: [InvalidInputError, ConflictError, NotFoundError],
  async run(input, context, info) {
    const caller = requireSession(context)
    const id = await requireReadable(context, input.id)
    const { work, result } = createExecution(context, info)
    const answer = parsePasskeyAnswer(input.passkey)
    return noteResult(await context.installation.approvals.approve(caller, id, answer, work), result())
  },
})

operation('commentApproval', {
  describes:
    'Says something about an approval. A change without a reason cannot be approved: the first words of its requester become the reason.',
  scope: 'operateAnywhere',
  ofInstallation: true,
  input: {
    describes: 'The approval and the text.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The id of the approval.' }),
      text: t.string({ required: true, description: 'What to say, at most 1000 characters.' }),
    }),
  },
  result: ApprovalRef,
  errors: [InvalidInputError, ConflictError, NotFoundError],
  async run(input, context) {
    const id = await requireReadable(context, input.id)
    return context.installation.approvals.comment(context.caller, id, input.text)
  },
})

operation('refuse', {
  describes:
    'Objects to a protected change, or withdraws one’s own. An objection is shown to those who decide, and stops its delayed execution by one person. The objection of a second person ends it. No one objects to a change of their own account or rights. An API key only withdraws what it asked for.',
  scope: 'operateAnywhere',
  ofInstallation: true,
  input: {
    describes: 'The approval.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The id of the approval.' }),
      message: t.string({
        description: 'Why, at most 1000 characters. An objection needs it.',
      }),
    }),
  },
  result: ApprovalRef,
  errors: [InvalidInputError, ConflictError, NotFoundError],
  async run(input, context) {
    const id = await requireReadable(context, input.id)
    return context.installation.approvals.refuse(context.caller, id, input.message)
  },
})

operation('override', {
  describes:
    'Executes a protected change without a second person, in an emergency, signed with a passkey. If the settings ask for a delay, the first call begins it, and a second one after it executes. An alert and the audit log name it and the reason. For administrators; not for API keys.',
  scope: { $all: { ownAccount: true, administerAnywhere: true } },
  ofInstallation: true,
  input: {
    describes: 'The approval and the reason.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The id of the approval.' }),
      reason: t.string({
        required: true,
        description: 'Why it cannot wait for a second person, at most 1000 characters.',
      }),
      passkey: signedWith(t),
    }),
  },
  result: ApprovalRef,
  errors: [InvalidInputError, ConflictError, NotFoundError],
  async run(input, context, info) {
    const caller = requireSession(context)
    const id = await requireReadable(context, input.id)
    const { work, result } = createExecution(context, info)
    const given = { given: input.reason, answer: parsePasskeyAnswer(input.passkey) }
    return noteResult(await context.installation.approvals.override(caller, id, given, work), result())
  },
})

/** The key of a request that the caller may read. @throws NotFoundError */
async function requireReadable(context: Context, globalId: string): Promise<number> {
  const id = nodeId(globalId, 'Approval')
  const row = await context.installation.approvals.find(id)
  if (mayRead(context, row)) return id
  throw new NotFoundError('There is no such approval.', 'id')
}
