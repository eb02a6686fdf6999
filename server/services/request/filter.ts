/** The conditions of lists of requests. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import { userNamed } from '#server/identity/operators.ts'
import { openStates, type RequestKind, type RequestState } from '#server/services/request/input.ts'
import { containing, searchWords } from '#server/services/search.ts'

export type RequestFilter = {
  /** Words, each a part of the Entity Identifier or the name of the organization. */
  search?: string | null | undefined
  entityId?: string | null | undefined
  kind?: RequestKind | null | undefined
  state?: RequestState | null | undefined
  isOpen?: boolean | null | undefined
  organizationId?: number | null | undefined
  /** The username of who it is assigned to. */
  assignee?: string | null | undefined
  isAssigned?: boolean | null | undefined
  /** Whether it is assigned to the caller. */
  isMine?: boolean | null | undefined
}

/**
 * Absent conditions are ignored. `callerName` is for `isMine`.
 * @throws InvalidInputError for a search that is too long
 */
export function requestCondition(filter: RequestFilter, callerName = ''): Prisma.RequestWhereInput {
  const { search, entityId, kind, state, isOpen, organizationId, assignee, isAssigned, isMine } = filter
  const and: Prisma.RequestWhereInput[] = searchWords(search).map((word) => {
    const contains = containing(word)
    return { OR: [{ entityId: contains }, { organization: { name: contains } }] }
  })
  if (entityId) and.push({ entityId })
  if (kind) and.push({ kind })
  if (state) and.push({ state })
  if (typeof isOpen === 'boolean') and.push({ state: isOpen ? { in: openStates } : { notIn: openStates } })
  if (typeof organizationId === 'number') and.push({ organizationId })
  if (assignee) and.push({ assignee: { username: assignee } })
  if (typeof isAssigned === 'boolean') and.push({ assigneeId: isAssigned ? { not: null } : null })
  const mine = { assignee: userNamed(callerName) }
  if (typeof isMine === 'boolean') and.push(isMine ? mine : { NOT: mine })
  return { AND: and }
}
