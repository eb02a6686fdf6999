/** Assigns requests to operators, so that each knows who handles which. Organizations do not learn it. */
import type { Request } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { whoOperates } from '#server/identity/operators.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { isOwn } from '#server/services/request/own.ts'
import { changeOpen, findRequest, requestView } from '#server/services/request/step.ts'

type Assignment = {
  id: number
  version?: number | null | undefined
  /** Null: the request is assigned to no operator. */
  username: string | null
}

export function createAssignment({ db, slug, write }: ServiceContext) {
  const whoCanBeAssigned = { ...whoOperates(slug), username: { not: null } }

  /** @throws InvalidInputError */
  async function findAssignee(tx: Transaction, username: string, request: Request) {
    const user = await tx.user.findFirst({ where: { ...whoCanBeAssigned, username }, select: { id: true } })
    if (!user)
      throw new InvalidInputError(
        `No user ${JSON.stringify(username.slice(0, 100))} may operate in this anchor. Assign one of its operators.`,
        'username',
      )
    if (await isOwn(tx, username, request))
      throw new InvalidInputError(
        `${username} acts for the organization of this request, and cannot approve it. Assign another operator.`,
        'username',
      )
    return { id: user.id, username }
  }

  return {
    /** @throws ConflictError, InvalidInputError, NotFoundError */
    assign(caller: Caller, { id, version, username }: Assignment): Promise<Request> {
      return write(caller, async (tx) => {
        const before = await findRequest(tx, id)
        const assignee = username === null ? null : await findAssignee(tx, username, before)
        const data = { assigneeId: assignee?.id ?? null }
        const result = await changeOpen(tx, before, { version, data })
        return {
          action: 'assignRequest',
          resource: before.entityId,
          before: { ...requestView(before), assignee: await nameOf(tx, before.assigneeId) },
          after: { ...requestView(result), assignee: assignee?.username ?? null },
          result,
        }
      })
    },

    /** The usernames of those who can be assigned, in alphabetical order. */
    async listAssignees(): Promise<string[]> {
      const users = await db.user.findMany({
        where: whoCanBeAssigned,
        select: { username: true },
        orderBy: { username: 'asc' },
      })
      return users.flatMap(({ username }) => username ?? [])
    },
  }
}

async function nameOf(tx: Transaction, id: string | null): Promise<string | null> {
  if (id === null) return null
  return (await tx.user.findUnique({ where: { id }, select: { username: true } }))?.username ?? null
}
