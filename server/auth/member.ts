/** A user who acts for an organization, as read from the database. */
import type { OrganizationUser, User } from '#prisma/generated/client/client.ts'

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
