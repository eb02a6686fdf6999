/** The invitation of a user of the console. */
import { layOut, type Message, timeInUtc } from '#server/mail/layout.ts'
import { footerOfInvitation } from '#server/mail/reader.ts'

export type UserInvitation = {
  username: string
  /** The host of the console. */
  host: string
  link: string
  expiresAt: Date
}

export const userInvitation = ({ username, host, link, expiresAt }: UserInvitation): Message =>
  layOut({
    subject: `Your account at ${host}`,
    blocks: [
      `An administrator has created an account for you at ${host}, the console of an OpenID Federation.`,
      'Open this link to choose your password:',
      { link, label: 'Accept the invitation' },
      { facts: [['Your username', username]] },
      `The link works once, until ${timeInUtc(expiresAt)}. Do not forward it: it opens your account.`,
    ],
    footer: footerOfInvitation('an administrator'),
  })
