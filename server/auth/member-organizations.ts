/** The organizations for which a user acts, as the user sees them. */
import type { Organization, OrganizationContact } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import type { Caller } from '#server/identity/caller.ts'
import { orderedContacts } from '#server/services/organization/organization.ts'

export type MemberOrganization = Organization & {
  contacts: OrganizationContact[]
  anchors: { anchorSlug: string }[]
  mayInvite: boolean
}

export function createMemberOrganizations(db: Database) {
  return {
    /** Those of the caller, by name. */
    async listOwnOrganizations({ organizations }: Caller): Promise<MemberOrganization[]> {
      if (!organizations?.size) return []
      const rows = await db.organization.findMany({
        where: { id: { in: [...organizations.keys()] } },
        orderBy: [{ name: 'asc' }, { id: 'asc' }],
        include: {
          contacts: orderedContacts,
          anchors: { select: { anchorSlug: true } },
        },
      })
      return rows.map((row) => ({ ...row, mayInvite: organizations.get(row.id)?.mayInvite ?? false }))
    },
  }
}
