/** The run that approves many requests, or says in a dry run what each approval would do. */
import type { Prisma, Request } from '#prisma/generated/client/client.ts'
import { ConflictError, NotFoundError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { userNamed, whoOperates } from '#server/identity/operators.ts'
import type { RunContext } from '#server/jobs/context.ts'
import type { ApprovalItem, ApprovalParameters } from '#server/jobs/kind/approval/parameters.ts'
import type { RunKindRow } from '#server/jobs/kind/row.ts'
import type { Outcome, Task } from '#server/jobs/task.ts'
import { refuseCompeting } from '#server/services/request/competing.ts'
import type { RequestKind, RequestState } from '#server/services/request/input.ts'

export const requestApproval: RunKindRow = {
  action: 'startRequestApproval',
  inWords: 'approval of many requests',
  work: approveOne,
}

const words: Readonly<Record<RequestKind, { would: string; did: string }>> = {
  REGISTER: { would: 'Would register the entity.', did: 'The entity was registered.' },
  CHANGE: { would: 'Would record the change.', did: 'The change was recorded.' },
  TRUST_MARK: { would: 'Would issue the Trust Mark.', did: 'The Trust Mark was issued.' },
  WITHDRAW: { would: 'Would remove the entity.', did: 'The entity was removed.' },
}

const RETURNED: RequestState = 'WAITING_FOR_MEMBER'

async function approveOne(context: RunContext, { item, run, caller, isResumed }: Task): Promise<Outcome> {
  const { db, services } = context
  const { dryRun, message } = parametersOf(run)
  await requireOperator(context, caller)
  const request = item.key && (await db.request.findUnique({ where: { id: Number(item.key) } }))
  if (!request) throw new NotFoundError('There is no such request.')
  const { would, did } = words[request.kind as RequestKind] // written from the table
  if (isResumed && (await wasApproved(context, request, caller, run.startedAt))) return { message: did }
  if (request.state === RETURNED)
    throw new ConflictError(
      'It waits for the organization. Approve it on its own page, or wait for the answer.',
    )
  await refuseCompeting(db, request)
  const { version } = item.input as ApprovalItem // as the start of the run wrote it
  const approval = { id: request.id, version }
  if (dryRun) {
    await services.requests.checkApproval(caller, approval)
    return { message: would }
  }
  const withReason = { ...caller, ...(message ? { reason: message } : {}) }
  await services.requests.approve(withReason, { ...approval, text: message })
  return { message: did }
}

function parametersOf({ parameters }: { parameters: Prisma.JsonValue }): ApprovalParameters {
  return parameters as unknown as ApprovalParameters // written by approvalOptions
}

/** A run outlives the rights of who started it. The command line has no user. @throws ConflictError */
async function requireOperator({ db, slug }: RunContext, { name, method }: Caller): Promise<void> {
  if (method !== 'session' && method !== 'api_key') return
  const where = { AND: [whoOperates(slug), userNamed(name)] }
  if ((await db.user.count({ where })) > 0) return
  throw new ConflictError(`${name} started the run and may not operate in this anchor any more.`)
}

/** By this run, whose worker ended before it recorded that. */
async function wasApproved(
  { db }: RunContext,
  { id, state, decidedAt }: Request,
  { name }: Caller,
  since: Date,
): Promise<boolean> {
  if (state !== 'APPROVED' || decidedAt === null || decidedAt < since) return false
  return (await db.requestStep.count({ where: { requestId: id, action: 'APPROVED', actor: name } })) > 0
}
