/** Whether a user is on the side of a request's organization, and therefore cannot decide for the operators. */
import type { Request } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { ConflictError } from '#server/error/operation-error.ts'
import { userNamed } from '#server/identity/operators.ts'

type Asked = Pick<Request, 'submittedBy' | 'organizationId'>

/** `name` is that of a caller. */
export async function isOwn(
  db: Database | Transaction,
  name: string,
  { submittedBy, organizationId }: Asked,
): Promise<boolean> {
  if (name === submittedBy) return true
  if (organizationId === null) return false
  return (await db.organizationUser.count({ where: { organizationId, user: userNamed(name) } })) > 0
}

/** The ids of those that are its own. `name` is that of a caller. */
export async function ownAmong(
  db: Database,
  name: string,
  requests: readonly (Asked & Pick<Request, 'id'>)[],
): Promise<Set<number>> {
  const rows = await db.organizationUser.findMany({
    where: { user: userNamed(name) },
    select: { organizationId: true },
  })
  const organizations = new Set<number | null>(rows.map(({ organizationId }) => organizationId))
  const own = requests.filter(
    ({ submittedBy, organizationId }) => name === submittedBy || organizations.has(organizationId),
  )
  return new Set(own.map(({ id }) => id))
}

/** @throws ConflictError */
export function refuseOwn(): never {
  throw new ConflictError(
    'You act for the organization of this request. Another operator must approve it.',
    'id',
  )
}
