/** Finds the organization that an input names, and orders the contacts of organizations. */
import type { Database } from '#server/database/client.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'

/** Contacts as clients read them: by role and address. */
export const orderedContacts = { orderBy: [{ role: 'asc' as const }, { email: 'asc' as const }] }

/** @throws InvalidInputError when the anchor of the client does not admit it */
export async function requireOrganization(db: Database, id: number | null | undefined): Promise<void> {
  if (id == null) return
  const found = await db.organization.findUnique({ where: { id }, select: { id: true } })
  if (!found) throw new InvalidInputError('There is no such organization.', 'organizationId')
}
