/** The run that approves many requests, or says in a dry run what each approval would do. */
import type { Prisma, Request } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { ConflictError, InvalidInputError, NotFoundError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { userNamed, whoOperates } from '#server/identity/operators.ts'
import type { RunContext } from '#server/jobs/context.ts'
import {
  MAXIMUM_NAMED,
  type RunItemInput,
  type RunKindRow,
  type RunOptions,
  requireName,
  requireSize,
} from '#server/jobs/kind/row.ts'
import type { Outcome, Task } from '#server/jobs/task.ts'
import { refuseCompeting } from '#server/services/request/competing.ts'
import { parseText, type RequestKind, type RequestState } from '#server/services/request/input.ts'

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

type ApprovalParameters = {
  dryRun: boolean
  /** How many requests were named or matched at the start. */
  count: number
  /** For the organizations. */
  message?: string
  /** As the caller gave it, for the audit log. */
  filter?: object
}

/** The version at the start: a request that changes later is not approved. */
type ApprovalItem = { version: number }

type GivenApproval = { dryRun?: boolean | null | undefined; message?: string | null | undefined }

export type ApprovalSubjects =
  /** Ids of the API with their keys; null: not the id of a request. */
  | { ids: readonly { id: string; key: number | null }[] }
  /** Only those that wait for an operator. */
  | { filter: object; where: Prisma.RequestWhereInput }

const WAITING: RequestState = 'WAITING_FOR_OPERATOR'

/** @throws InvalidInputError */
export async function approvalOptions(
  db: Database,
  given: GivenApproval,
  subjects: ApprovalSubjects,
): Promise<RunOptions> {
  const message = parseText(given.message, 'message')
  const items = 'ids' in subjects ? await named(db, subjects.ids) : await matching(db, subjects.where)
  const parameters: ApprovalParameters = {
    dryRun: given.dryRun ?? false,
    count: items.length,
    ...(message ? { message } : {}),
    ...('filter' in subjects ? { filter: subjects.filter } : {}),
  }
  return { parameters: JSON.parse(JSON.stringify(parameters)), items } // plain JSON, without absent members
}

const columns = { id: true, entityId: true, version: true } satisfies Prisma.RequestSelect

const toItem = ({ id, entityId, version }: Pick<Request, keyof typeof columns>): RunItemInput => ({
  resource: entityId,
  key: String(id),
  input: { version } satisfies ApprovalItem,
})

/** An id of no request, such as of a removed one, becomes an item that fails. */
async function named(db: Database, ids: readonly { id: string; key: number | null }[]) {
  requireSize(ids, 'requests', 'ids')
  const keys = ids.flatMap(({ key }) => key ?? [])
  const rows = await db.request.findMany({ where: { id: { in: keys } }, select: columns })
  const found = new Map(rows.map((row) => [row.id, toItem(row)]))
  const items = ids.map(
    ({ id, key }) => [id, found.get(key ?? 0) ?? { resource: requireName(id, 'requests', 'ids') }] as const,
  )
  return [...new Map(items).values()]
}

async function matching(db: Database, where: Prisma.RequestWhereInput): Promise<RunItemInput[]> {
  const rows = await db.request.findMany({
    where: { AND: [where, { state: WAITING }] },
    select: columns,
    orderBy: { id: 'asc' },
    take: MAXIMUM_NAMED + 1,
  })
  if (rows.length > MAXIMUM_NAMED)
    throw new InvalidInputError(
      `More than ${MAXIMUM_NAMED} requests match. Narrow the filter.`,
      'requests',
      'filter',
    )
  return rows.map(toItem)
}
