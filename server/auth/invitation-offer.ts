/** What an invited person receives: the link, the e-mail with it, and what the invitation says. */
import type { User } from '#prisma/generated/client/client.ts'
import { WITHOUT_ADDRESS } from '#server/auth/credential.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { readAnchorNames } from '#server/database/each-anchor.ts'
import { userNamed } from '#server/identity/operators.ts'
import type { MailOutbox } from '#server/mail/outbox.ts'
import { type Invitation, memberInvitation, userInvitation } from '#server/mail/templates/invitation.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'

/** What an invitation says to the invited person: who invites, for which organization, into which federation. */
export type InvitationOffer = Omit<Invitation, 'link'>

type Client = Database | Transaction

const shown = {
  invitedBy: true,
  expiresAt: true,
  user: {
    select: {
      username: true,
      email: true,
      role: true,
      anchorRoles: { select: { anchorSlug: true } },
      organizations: {
        select: { organization: { select: { id: true, name: true, homeSlug: true } } },
        orderBy: { organization: { name: 'asc' } },
      },
    },
  },
} as const

/** Describes the invitation of a user. */
export async function describeInvitation(db: Client, userId: string): Promise<InvitationOffer> {
  const { invitedBy, expiresAt, user } = await db.invitation.findUniqueOrThrow({
    where: { userId },
    select: shown,
  })
  const { username, email, role, anchorRoles } = user
  const organizations = user.organizations.map(({ organization }) => organization)
  const isOperator = role !== null || anchorRoles.length > 0
  const slugs = [
    ...(role === 'admin' ? await allSlugs(db) : role ? [FIRST_ANCHOR] : []),
    ...anchorRoles.map(({ anchorSlug }) => anchorSlug),
    ...organizations.map(({ homeSlug }) => homeSlug),
  ]
  return {
    username: username ?? email,
    expiresAt,
    invitedBy: await nameInviter(db, invitedBy, isOperator ? null : organizations),
    isOperator,
    organizations: organizations.map(({ name }) => name),
    federations: await readAnchorNames(db, slugs),
  }
}

const allSlugs = async (db: Client) =>
  (await db.anchor.findMany({ select: { slug: true } })).map(({ slug }) => slug)

/** With `organizations`, only a person of one of them: organizations do not learn the names of operators. */
async function nameInviter(
  db: Client,
  invitedBy: string | null,
  organizations: readonly { id: number }[] | null,
): Promise<string | null> {
  if (invitedBy === null) return null
  const organizationId = { in: organizations?.map(({ id }) => id) ?? [] }
  const found = await db.user.findFirst({
    where: {
      AND: [userNamed(invitedBy), organizations ? { organizations: { some: { organizationId } } } : {}],
    },
    select: { name: true, email: true },
  })
  if (!found) return null
  const { name, email } = found
  return name === email || email.endsWith(WITHOUT_ADDRESS) ? name : `${name} (${email})`
}

/** Sends the link of an invitation to the invited person, where e-mail is configured. */
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

/** The link of an invitation. */
export type NewInvitation = { token: string; expiresAt: Date }

/** The token is in the fragment, which browsers send to no server, so that no log has it. */
export function invitationLink({ token }: NewInvitation, consoleUrl: URL): string {
  return new URL(`/invitation#${token}`, consoleUrl).href
}
