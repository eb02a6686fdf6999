/** The invitation of a person who shall act for an organization. */
import { layOut, type Message, timeInUtc } from '#server/mail/layout.ts'
import { footerOfInvitation } from '#server/mail/reader.ts'

export type MemberInvitation = { organization: string; username: string; link: string; expiresAt: Date }

export const memberInvitation = ({ organization, username, link, expiresAt }: MemberInvitation): Message =>
  layOut({
    subject: `Invitation to act for ${organization}`,
    blocks: [
      `You are invited to act for ${organization} in an OpenID Federation. You will see its entities, and can send requests about them to the operators.`,
      'Open this link to choose your password:',
      { link, label: 'Accept the invitation' },
      { facts: [['Your username', username]] },
      `The link works once, until ${timeInUtc(expiresAt)}. Do not forward it: it opens your account.`,
    ],
    footer: footerOfInvitation(`an operator or another person of ${organization}`),
  })
