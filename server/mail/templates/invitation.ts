/** The e-mails that invite: to act for an organization, or to use the console. */
import { layOut, type Message, timeInUtc } from '#server/mail/layout.ts'
import { footerOfInvitation } from '#server/mail/reader.ts'

/** What an invitation says, in its e-mail and on the page that it opens. */
export type Invitation = {
  /** To sign in with. */
  username: string
  link: string
  expiresAt: Date
  /** Name and address; null: an operator, or a person who is not known any more. */
  invitedBy: string | null
  /** Whether the account opens the console. */
  isOperator: boolean
  /** The names of those for which the person will act. */
  organizations: readonly string[]
  /** The names of those to which the organizations belong, and in which the account has a role. */
  federations: readonly string[]
}

/** Several names in a sentence; without any, `otherwise`. */
const named = (names: readonly string[], otherwise: string): string =>
  names.length === 0 ? otherwise : new Intl.ListFormat('en').format(names)

/** The invitation of a person to act for an organization. */
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
