/** Removes the users who acted for one organization only. */
import type { Transaction } from '#server/database/client.ts'

/** Users with a role or with another organization stay. API keys stay as revoked rows. */
export async function removePeople(tx: Transaction, organizationId: number): Promise<void> {
  const users = await tx.user.findMany({
    where: {
      role: null,
      anchorRoles: { none: {} },
      organizations: { some: { organizationId }, every: { organizationId } },
    },
    select: { id: true },
  })
  const ids = users.map(({ id }) => id)
  await tx.apikey.updateMany({ where: { referenceId: { in: ids } }, data: { enabled: false } })
  await tx.user.deleteMany({ where: { id: { in: ids } } })
}
