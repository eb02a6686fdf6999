/** The invitation of a user of the console. */
import { type Invitation, named } from '#server/mail/invitation.ts'
import { layOut, type Message, timeInUtc } from '#server/mail/layout.ts'
import { footerOfInvitation } from '#server/mail/reader.ts'

/** `host` is that of the console. */
export function userInvitation({
  invitedBy,
  federations,
  host,
  username,
  link,
  expiresAt,
}: Invitation & { host: string }): Message {
  const inviter = invitedBy ?? 'An administrator'
  return layOut({
    subject: `Your account at ${host}`,
    blocks: [
      `${inviter} has created an account for you at ${host}, the console of ${named(federations, 'an OpenID Federation')}.`,
      'Open this link to choose your password:',
      { link, label: 'Accept the invitation' },
      {
        facts: [
          ['Invited by', inviter],
          ['Your username', username],
        ],
      },
      `The link works once, until ${timeInUtc(expiresAt)}. Do not forward it: it opens your account.`,
    ],
    footer: footerOfInvitation(invitedBy ?? 'an administrator'),
  })
}
