/** A user who acts for an organization, and the organizations for which a user acts. */
import type {
  Organization,
  OrganizationContact,
  OrganizationUser,
  User,
} from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import type { Caller } from '#server/identity/caller.ts'
import { orderedContacts } from '#server/services/organization/organization.ts'

/** A user as others of the organization, and the operators, see it. */
export type Member = Pick<OrganizationUser, 'mayInvite'> & {
  user: Pick<User, 'id' | 'username' | 'name' | 'email' | 'lastSignInAt'> & {
    invitation: { expiresAt: Date; usedAt: Date | null } | null
  }
}

export const usernameOf = ({ user }: Member) => user.username ?? user.email

/** When the link of an invitation expires that the person has not accepted. */
export const invitationExpiryOf = ({ user: { invitation } }: Member) =>
  invitation && !invitation.usedAt ? invitation.expiresAt : null

/** What to read. */
export const shown = {
  mayInvite: true,
  user: {
    select: {
      id: true,
      username: true,
      name: true,
      email: true,
      lastSignInAt: true,
      invitation: { select: { expiresAt: true, usedAt: true } },
    },
  },
} as const

/** The organizations for which a user acts, as the user sees them. */
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
