/** Parses the parameters of a bulk approval and reads its requests, when its run starts. */
import type { Prisma, Request } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import { MAXIMUM_NAMED, requireName, requireSize } from '#server/jobs/kind/named.ts'
import type { RunItemInput, RunOptions } from '#server/jobs/kind/row.ts'
import { parseText, type RequestState } from '#server/services/request/input.ts'

export type ApprovalParameters = {
  dryRun: boolean
  /** How many requests were named or matched at the start. */
  count: number
  /** For the organizations. */
  message?: string
  /** As the caller gave it, for the audit log. */
  filter?: object
}

/** The version at the start: a request that changes later is not approved. */
export type ApprovalItem = { version: number }

export type GivenApproval = { dryRun?: boolean | null | undefined; message?: string | null | undefined }

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
