/** Sends the link of an invitation to the invited person, where e-mail is configured. */
import type { Organization, User } from '#prisma/generated/client/client.ts'
import { invitationLink, type NewInvitation } from '#server/auth/invitation-link.ts'
import type { Transaction } from '#server/database/client.ts'
import type { MailOutbox } from '#server/mail/outbox.ts'
import { memberInvitation } from '#server/mail/templates/member-invitation.ts'
import { userInvitation } from '#server/mail/templates/user-invitation.ts'

type Invited = Pick<User, 'username' | 'email'>

export type InvitationMail = ReturnType<typeof createInvitationMail>

export function createInvitationMail({ enqueue, consoleUrl }: MailOutbox) {
  const common = ({ username, email }: Invited, invitation: NewInvitation) => ({
    username: username ?? email,
    link: invitationLink(invitation, consoleUrl),
    expiresAt: invitation.expiresAt,
  })

  return {
    async inviteUser(tx: Transaction, user: Invited, invitation: NewInvitation): Promise<void> {
      const message = userInvitation({ ...common(user, invitation), host: consoleUrl.host })
      await enqueue(tx, [{ event: 'INVITATION', to: user.email, message }])
    },

    async inviteMember(
      tx: Transaction,
      user: Invited,
      { name: organization }: Organization,
      invitation: NewInvitation,
    ): Promise<void> {
      const message = memberInvitation({ ...common(user, invitation), organization })
      await enqueue(tx, [{ event: 'INVITATION', to: user.email, message }])
    },
  }
}
