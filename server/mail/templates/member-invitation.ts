/** The invitation of a person to act for an organization. */
import { type Invitation, named } from '#server/mail/invitation.ts'
import { layOut, type Message, timeInUtc } from '#server/mail/layout.ts'
import { footerOfInvitation } from '#server/mail/reader.ts'

export function memberInvitation({
  organizations,
  federations,
  invitedBy,
  username,
  link,
  expiresAt,
}: Invitation): Message {
  const organization = named(organizations, 'an organization')
  const federation = named(federations, 'an OpenID Federation')
  const invites = invitedBy ? `${invitedBy} invites` : `The operators of ${federation} invite`
  const where = invitedBy ? ` in ${federation}` : ''
  return layOut({
    subject: `Invitation to act for ${organization}`,
    blocks: [
      `${invites} you to act for ${organization}${where}. You will see its entities in the federation, and can send requests about them to the operators.`,
      'Open this link to choose your password:',
      { link, label: 'Accept the invitation' },
      {
        facts: [
          ['Organization', organization],
          ['Federation', federation],
          ['Invited by', invitedBy ?? `the operators of ${federation}`],
          ['Your username', username],
        ],
      },
      `The link works once, until ${timeInUtc(expiresAt)}. Do not forward it: it opens your account.`,
    ],
    footer: footerOfInvitation(invitedBy ?? `an operator of ${federation}`),
  })
}
