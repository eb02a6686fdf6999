/** Sends the link of an invitation to the invited person, where e-mail is configured. */
import type { User } from '#prisma/generated/client/client.ts'
import { invitationLink, type NewInvitation } from '#server/auth/invitation-link.ts'
import { describeInvitation } from '#server/auth/invitation-offer.ts'
import type { Transaction } from '#server/database/client.ts'
import type { MailOutbox } from '#server/mail/outbox.ts'
import { memberInvitation } from '#server/mail/templates/member-invitation.ts'
import { userInvitation } from '#server/mail/templates/user-invitation.ts'

export type SendInvitation = ReturnType<typeof createInvitationMail>

/** The rows of the user and of the invitation are written before. */
export function createInvitationMail({ isOn, enqueue, consoleUrl }: MailOutbox) {
  return async function sendInvitation(
    tx: Transaction,
    { id, email }: Pick<User, 'id' | 'email'>,
    invitation: NewInvitation,
  ): Promise<void> {
    if (!isOn) return
    const offer = { ...(await describeInvitation(tx, id)), link: invitationLink(invitation, consoleUrl) }
    const message = offer.isOperator
      ? userInvitation({ ...offer, host: consoleUrl.host })
      : memberInvitation(offer)
    await enqueue(tx, [{ event: 'INVITATION', to: email, message }])
  }
}
