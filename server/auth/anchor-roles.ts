/** The roles that a user has in single anchors. */
import type { Transaction } from '#server/database/client.ts'
import { ConflictError, InvalidInputError } from '#server/error/operation-error.ts'
import type { Role } from '#server/identity/roles.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'

/** `role` null: none. The first anchor's also takes away the role in the installation, which would hold there. */
export type AnchorRoleChange = { anchor: string; role?: Role | null | undefined }

/** @throws InvalidInputError, ConflictError */
export async function changeAnchorRoles(
  tx: Transaction,
  userId: string,
  changes: readonly AnchorRoleChange[],
): Promise<void> {
  for (const [index, { anchor, role }] of changes.entries()) {
    const found = await tx.anchor.findFirst({ where: { OR: [{ slug: anchor }, { entityId: anchor }] } })
    if (!found)
      throw new InvalidInputError(
        `There is no anchor ${anchor.slice(0, 100)}.`,
        'anchorRoles',
        index,
        'anchor',
      )
    const { slug: anchorSlug } = found
    const id = { userId_anchorSlug: { userId, anchorSlug } }
    if (role) {
      await tx.anchorRole.upsert({ where: id, create: { userId, anchorSlug, role }, update: { role } })
      continue
    }
    await tx.anchorRole.deleteMany({ where: { userId, anchorSlug } })
    if (anchorSlug === FIRST_ANCHOR) await endGeneralRole(tx, userId)
  }
}

/** The part of a user that audit entries show; nothing where there is none. */
export async function anchorRolesOf(
  tx: Transaction,
  userId: string,
): Promise<{ anchorRoles?: Record<string, string> }> {
  const rows = await tx.anchorRole.findMany({ where: { userId }, orderBy: { anchorSlug: 'asc' } })
  if (rows.length === 0) return {}
  return { anchorRoles: Object.fromEntries(rows.map(({ anchorSlug, role }) => [anchorSlug, role])) }
}

async function endGeneralRole(tx: Transaction, id: string): Promise<void> {
  const { role } = await tx.user.findUniqueOrThrow({ where: { id }, select: { role: true } })
  if (role === 'admin')
    throw new ConflictError('An administrator of the installation has every anchor.', 'anchorRoles')
  await tx.user.update({ where: { id }, data: { role: null } })
}
