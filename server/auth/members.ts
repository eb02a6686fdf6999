/**
 * The users who act for organizations: invited, changed and removed by operators of the organization's home, or by others of
 * the organization, who have no role here.
 */
import { generateRandomString } from 'better-auth/crypto'
import DataLoader from 'dataloader'
import { z } from 'zod'
import type { Organization, Prisma } from '#prisma/generated/client/client.ts'
import { isUsername } from '#server/auth/credential.ts'
import type { NewInvitation, SendInvitation } from '#server/auth/invitation-offer.ts'
import { endInvitation, writeInvitation } from '#server/auth/invitations.ts'
import { type Member, shown } from '#server/auth/member.ts'
import { resourceOf } from '#server/auth/user-row.ts'
import type { Clock } from '#server/clock.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { lock } from '#server/database/lock.ts'
import { ConflictError, InvalidInputError, NotFoundError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { requireHome } from '#server/services/organization/home.ts'
import { recordChange } from '#server/services/write.ts'

export const MAXIMUM_PEOPLE = 100
const MAXIMUM_NAME = 200

export type NewMember = { email: string; name?: string | null | undefined; mayInvite: boolean }

/** What an account opens already. */
const access = {
  _count: { select: { accounts: true, anchorRoles: true } },
  organizations: { select: { organizationId: true } },
} as const

export function createMembers(db: Database, now: Clock, sendInvitation: SendInvitation) {
  /** Asks the database once for all organizations of a page. */
  const members = new DataLoader((ids: readonly number[]) => readMembers(db, ids), { cache: false })
  return {
    /** The people of an organization, by address. */
    listMembers: (organizationId: number): Promise<Member[]> => members.load(organizationId),

    /**
     * Adds a person to an organization. A new user is invited by a link. One that exists joins at once, and only an operator
     * may add it: others of the organization would learn whose addresses are known here.
     */
    async invitePerson(
      caller: Caller,
      organizationId: number,
      input: NewMember,
    ): Promise<{ member: Member; invitation: NewInvitation | null }> {
      const { email, name } = parse(input)
      const { mayInvite } = input
      return recordChange(db, caller, async (tx) => {
        const organization = await findOrganization(tx, caller, organizationId)
        await lock(tx, `inmor:organization:${organizationId}`)
        const user =
          (await tx.user.findFirst({
            where: { OR: [{ email }, { username: email }] },
            include: access,
          })) ?? (await createMemberUser(tx, email, name))
        refuseKnown(user, organization, caller)
        if (!belongsTo(user, organizationId)) await refuseTooMany(tx, organization)
        const id = { userId_organizationId: { userId: user.id, organizationId } }
        await tx.organizationUser.upsert({
          where: id,
          create: { userId: user.id, organizationId, mayInvite },
          update: { mayInvite },
        })
        const invitation = isOnlyFor(user, organizationId)
          ? await writeInvitation(tx, user.id, caller, now())
          : null
        if (invitation) await sendInvitation(tx, user, invitation)
        // The inviters of the other organization know its link, which would open this one too.
        if (!invitation && !hasRole(user)) await endInvitation(tx, user.id)
        const after = {
          organization: organization.name,
          mayInvite,
          ...(invitation ? { invitationExpiresAt: invitation.expiresAt } : {}),
        }
        const member = await tx.organizationUser.findUniqueOrThrow({ where: id, select: shown })
        return { action: 'invitePerson', ...resourceOf(user), after, result: { member, invitation } }
      })
    },

    async updatePerson(
      caller: Caller,
      organizationId: number,
      { userId, mayInvite }: { userId: string; mayInvite: boolean },
    ): Promise<Member> {
      return recordChange(db, caller, async (tx) => {
        const { name: organization } = await findOrganization(tx, caller, organizationId)
        const before = await findMember(tx, organizationId, userId)
        const where = { userId_organizationId: { userId, organizationId } }
        const result = await tx.organizationUser.update({ where, data: { mayInvite }, select: shown })
        return {
          action: 'updatePerson',
          ...resourceOf(before.user),
          before: { organization, mayInvite: before.mayInvite },
          after: { organization, mayInvite },
          result,
        }
      })
    },

    /** The account stays: an administrator of the installation removes it. */
    async removePerson(caller: Caller, organizationId: number, userId: string): Promise<string> {
      return recordChange(db, caller, async (tx) => {
        const { name: organization } = await findOrganization(tx, caller, organizationId)
        const { user, mayInvite } = await findMember(tx, organizationId, userId)
        const { resource } = resourceOf(user)
        if (resource === caller.name)
          throw new ConflictError('You cannot remove yourself. Another person or an operator can.')
        await tx.organizationUser.delete({ where: { userId_organizationId: { userId, organizationId } } })
        const left = await tx.user.findUniqueOrThrow({ where: { id: userId }, include: access })
        // Nothing is left that it could open.
        if (!hasRole(left) && left.organizations.length === 0) {
          await endInvitation(tx, userId)
          await tx.session.deleteMany({ where: { userId } })
        }
        return { action: 'removePerson', resource, before: { organization, mayInvite }, result: resource }
      })
    },
  }
}

/** @throws NotFoundError */
async function findMember(tx: Transaction, organizationId: number, userId: string): Promise<Member> {
  const where = { userId_organizationId: { userId, organizationId } }
  const found = await tx.organizationUser.findUnique({ where, select: shown })
  if (!found) throw new NotFoundError('There is no such person in this organization.', 'userId')
  return found
}

/** @throws InvalidInputError */
async function readMembers(db: Database, organizationIds: readonly number[]): Promise<Member[][]> {
  const found = await db.organizationUser.findMany({
    where: { organizationId: { in: [...organizationIds] } },
    orderBy: { user: { email: 'asc' } },
    select: { ...shown, organizationId: true },
  })
  const groups = Map.groupBy(found, ({ organizationId }) => organizationId)
  return organizationIds.map((id) => groups.get(id) ?? [])
}

function parse({ email, name }: NewMember): { email: string; name: string } {
  const address = email.trim().toLowerCase()
  if (!z.email().safeParse(address).success)
    throw new InvalidInputError('This is not an e-mail address.', 'email')
  if (!isUsername(address))
    throw new InvalidInputError(
      'The address is also the username. It may have 64 letters, digits and the signs . _ - + @.',
      'email',
    )
  const text = name?.trim() || address
  if (text.length > MAXIMUM_NAME)
    throw new InvalidInputError(
      `The name has ${text.length} characters. At most ${MAXIMUM_NAME} are allowed.`,
      'name',
    )
  return { email: address, name: text }
}

/** @throws ConflictError */
async function refuseTooMany(tx: Transaction, { id, name }: Organization): Promise<void> {
  if ((await tx.organizationUser.count({ where: { organizationId: id } })) < MAXIMUM_PEOPLE) return
  throw new ConflictError(`${name} has ${MAXIMUM_PEOPLE} people. No more are allowed.`, 'email')
}

type Known = Prisma.UserGetPayload<{ include: typeof access }>

const hasRole = ({ role, _count }: Known) => role !== null || _count.anchorRoles > 0

const belongsTo = ({ organizations }: Known, id: number) =>
  organizations.some(({ organizationId }) => organizationId === id)

/** Whether a link to choose the password opens nothing but this organization. */
const isOnlyFor = (user: Known, id: number) =>
  user._count.accounts === 0 &&
  !hasRole(user) &&
  user.organizations.every(({ organizationId }) => organizationId === id)

function createMemberUser(tx: Transaction, email: string, name: string): Promise<Known> {
  const data = { id: generateRandomString(32), name, email, username: email, displayUsername: email }
  return tx.user.create({ data, include: access })
}

/** @throws ConflictError */
function refuseKnown(user: Known, { id, name }: Organization, { role }: Caller): void {
  const isHere = belongsTo(user, id)
  if (isHere && user._count.accounts > 0)
    throw new ConflictError(`${user.email} belongs to ${name} already.`, 'email')
  if (user.banned) throw new ConflictError(`${user.email} is locked out.`, 'email')
  if (!isHere && !isOnlyFor(user, id) && role === null)
    throw new ConflictError('This address has an account here already. Ask an operator to add it.', 'email')
}

/** For a caller who may say who acts for it. @throws NotFoundError, AnchorAccessError */
async function findOrganization(tx: Transaction, caller: Caller, id: number): Promise<Organization> {
  const found = await tx.organization.findUnique({ where: { id } })
  if (!found) throw new NotFoundError('There is no such organization.', 'organizationId')
  const isInviter = caller.role === null && caller.organizations?.get(id)?.mayInvite
  if (!isInviter) requireHome(caller, found)
  return found
}
