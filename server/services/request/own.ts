/** Whether a user is on the side of a request's organization, and therefore cannot decide for the operators. */
import type { Request } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { userNamed } from '#server/identity/operators.ts'

/** `name` is that of a caller. */
export async function isOwn(
  db: Database | Transaction,
  name: string,
  { submittedBy, organizationId }: Pick<Request, 'submittedBy' | 'organizationId'>,
): Promise<boolean> {
  if (name === submittedBy) return true
  if (organizationId === null) return false
  return (await db.organizationUser.count({ where: { organizationId, user: userNamed(name) } })) > 0
}
