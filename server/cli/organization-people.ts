/** `inmor organization people` and its siblings: the users who act for an organization in the portal. */
import type { Command } from 'commander'
import { ConfigurationError } from '#federation/config/error.ts'
import type { Accounts } from '#server/auth/accounts.ts'
import { invitationLink } from '#server/auth/invitation-link.ts'
import { invitationExpiryOf, type Member, usernameOf } from '#server/auth/member.ts'
import { findUser } from '#server/auth/user-row.ts'
import { commandAboutNumber } from '#server/cli/about-one.ts'
import { type AnchorOptions, type Attempt, withAnchor } from '#server/cli/opened.ts'
import { lineOf, print } from '#server/cli/output.ts'
import { canMail } from '#server/mail/outbox.ts'
import type { OpenAnchor } from '#server/process/open-anchor.ts'
import { createOrganizationService } from '#server/services/organization/organizations.ts'
import { createWriter } from '#server/services/write.ts'

/** Runs `work` on an organization that the anchor admits. */
function withPeople<T>(
  options: AnchorOptions,
  id: number,
  work: (accounts: Accounts, anchor: OpenAnchor) => Promise<T>,
  attempt?: Attempt,
): Promise<T> {
  const withOpened = async (anchor: OpenAnchor) => {
    const { db, slug, installation } = anchor
    await createOrganizationService({ db, slug, write: createWriter(db) }).find(id)
    // Not for the other commands about organizations.
    const { accountsOf } = await import('#server/process/accounts.ts')
    return work(accountsOf({ ...anchor, db: installation }), anchor)
  }
  return withAnchor(options, withOpened, attempt)
}

const aboutOne = (name: string, description: string): Command =>
  commandAboutNumber(name, description, 'the number of the organization, as list shows it')

const aboutPerson = (name: string, description: string): Command =>
  aboutOne(name, description).argument('<username>', 'the username that people shows')

function describePerson(member: Member) {
  const { name, email, lastSignInAt } = member.user
  return {
    username: usernameOf(member),
    ...{ name, email, mayInvite: member.mayInvite, lastSignInAt },
    /** Null for a person who accepted it. */
    invitationExpiresAt: invitationExpiryOf(member),
  }
}

const people = aboutOne('people', 'list the people of an organization').action(
  async (id: number, options: AnchorOptions) => {
    const members = await withPeople(options, id, (accounts) => accounts.listMembers(id))
    const shown = members.map(describePerson)
    const lines = shown.map(({ username, name, mayInvite, invitationExpiresAt, lastSignInAt }) =>
      lineOf(
        username,
        name,
        mayInvite ? 'may invite' : 'may not invite',
        invitationExpiresAt
          ? `invited until ${invitationExpiresAt.toISOString()}`
          : `last sign-in ${lastSignInAt?.toISOString() ?? '-'}`,
      ),
    )
    print(options, shown, [...lines, `${shown.length} people.`].join('\n'))
  },
)

type InviteOptions = AnchorOptions & { email: string; name?: string; mayInvite?: boolean }

const invite = aboutOne('invite', 'add a person; the link of a new user is printed once')
  .requiredOption('--email <address>', 'the e-mail address, which becomes the username of a new user')
  .option('--name <name>', 'the display name of a new user (default: the address)')
  .option('--may-invite', 'the person may invite and remove others of the organization')
  .action(async (id: number, { email, name, mayInvite = false, ...options }: InviteOptions) => {
    const { member, link, isMailed } = await withPeople(
      options,
      id,
      async (accounts, { caller, consoleUrl, mail }) => {
        const invited = await accounts.inviteMember(caller, id, { email, name, mayInvite })
        const link = invited.invitation && invitationLink(invited.invitation, consoleUrl)
        return { ...invited, link, isMailed: link !== null && canMail(mail, email) }
      },
      { action: 'inviteMember', input: { username: email } },
    )
    const person = describePerson(member)
    const text = link
      ? `Invited ${person.username}.\nInvitation: ${link}${isMailed ? '\nIt is sent by e-mail, too.' : ''}`
      : `Added ${person.username}, who can sign in already.`
    print(options, { ...person, ...(link ? { invitation: link, isMailed } : {}) }, text)
  })

const updatePerson = aboutPerson('update-person', 'change what a person may do for an organization')
  .option('--may-invite', 'the person may invite and remove others of the organization')
  .option('--no-may-invite', 'the person may not')
  .action(async (id: number, username: string, options: AnchorOptions & { mayInvite?: boolean }) => {
    const { mayInvite } = options
    if (mayInvite === undefined) throw new ConfigurationError('Give --may-invite or --no-may-invite.')
    const member = await withPeople(
      options,
      id,
      async (accounts, { caller, installation }) => {
        const { id: userId } = await findUser(installation, username)
        return accounts.updateMember(caller, id, { userId, mayInvite })
      },
      { action: 'updateMember', input: { username } },
    )
    const text = `${username} ${mayInvite ? 'may' : 'may not'} invite and remove people of the organization.`
    print(options, describePerson(member), text)
  })

const removePerson = aboutPerson('remove-person', 'end that a person acts for an organization').action(
  async (id: number, username: string, options: AnchorOptions) => {
    await withPeople(
      options,
      id,
      async (accounts, { caller, installation }) => {
        const { id: userId } = await findUser(installation, username)
        await accounts.removeMember(caller, id, userId)
      },
      { action: 'removeMember', input: { username } },
    )
    print(options, { id, username }, `${username} acts for the organization no more.`)
  },
)

export const peopleCommands = [people, invite, updatePerson, removePerson]
