/** The steps of a request: who did what, and the state that it left. */
import type { Prisma, Request } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { ConflictError, createVersionConflict, NotFoundError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import {
  MAXIMUM_STEPS,
  openStates,
  type RequestState,
  type StepAction,
} from '#server/services/request/input.ts'

type Step = { action: StepAction; byMember: boolean; text: string | null }

export type Decision = Step & {
  audit: AuditAction
  /** Null keeps the state. */
  state: RequestState | null
}

/** @throws NotFoundError */
export async function findRequest(db: Database | Transaction, id: number): Promise<Request> {
  const row = await db.request.findUnique({ where: { id } })
  if (!row) throw new NotFoundError('There is no such request.', 'id')
  return row
}

const inWords: Readonly<Record<string, string>> = {
  APPROVED: 'It was approved.',
  REFUSED: 'It was refused.',
  WITHDRAWN: 'It was withdrawn.',
}

/** @throws ConflictError when it is decided already */
export function requireOpen({ state }: Request): void {
  const decided = inWords[state]
  if (decided) throw new ConflictError(`${decided} Nothing more can be done with it.`, 'id')
}

/** For an approval of many, which asks nothing of the organizations. @throws ConflictError */
export function requireWaiting(request: Request): void {
  requireOpen(request)
  if (request.state === 'WAITING_FOR_MEMBER')
    throw new ConflictError(
      'It waits for the organization. Approve it on its own page, or wait for the answer.',
    )
}

type Change = {
  caller: Caller
  decision: Decision
  at: Date
  /** As the caller read it. */
  version?: number | null | undefined
  data?: Prisma.RequestUncheckedUpdateManyInput
}

/** Changes an open request, if it is still the one that was read. @throws ConflictError */
export async function takeStep(
  tx: Transaction,
  before: Request,
  { caller, decision: { state, ...step }, at, version, data = {} }: Change,
): Promise<Request> {
  requireOpen(before)
  const isDecided = state !== null && !openStates.includes(state)
  if (!isDecided && (await tx.requestStep.count({ where: { requestId: before.id } })) >= MAXIMUM_STEPS)
    throw new ConflictError(`It has ${MAXIMUM_STEPS} comments. Decide it.`, 'id')
  const after = await changeOpen(tx, before, {
    version,
    data: {
      ...data,
      ...(state === null ? {} : { state }),
      // Operators get an e-mail that it waits for them again.
      ...(before.state === 'WAITING_FOR_MEMBER' && state === 'WAITING_FOR_OPERATOR'
        ? { mailedAt: null }
        : {}),
      ...(isDecided ? { decidedAt: at } : {}),
    },
  })
  await recordStep(tx, before.id, caller, step)
  return after
}

/** @throws ConflictError */
export async function changeOpen(
  tx: Transaction,
  before: Request,
  { version, data }: Required<Pick<Change, 'version' | 'data'>>,
): Promise<Request> {
  requireOpen(before)
  const { count } = await tx.request.updateMany({
    where: { id: before.id, version: version ?? before.version, state: { in: openStates } },
    data: { ...data, version: { increment: 1 } },
  })
  if (count === 0) throw createVersionConflict(version)
  return findRequest(tx, before.id)
}

export async function recordStep(
  tx: Transaction,
  requestId: number,
  { name }: Caller,
  { action, byMember, text }: Step,
): Promise<void> {
  await tx.requestStep.create({ data: { requestId, action, byMember, text, actor: name } })
}

/**
 * The columns for the audit log; the checks and what the entity declared are in the request. Only the entry of an assignment
 * names the operator (assignment.ts).
 */
export function requestView({
  checks,
  approvalChecks,
  declared,
  assigneeId,
  mailedAt,
  ...row
}: Request): object {
  return row
}
