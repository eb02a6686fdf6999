/** The mutations of the people of an organization, for operators and for people who may invite. */

import { requestError } from '#server/error/request-error.ts'
import { type Caller, hasRole } from '#server/identity/caller.ts'
import { contextWith } from '#server/schema/anchor-context.ts'
import type { Context } from '#server/schema/context.ts'
import { failures } from '#server/schema/error.ts'
import { encodeNodeId, locateId } from '#server/schema/global-id.ts'
import { keyOrNull, nodeId, requireRecentCaller, textNodeId } from '#server/schema/input.ts'
import { OrganizationPerson } from '#server/schema/member/organization-person.ts'
import { type InputFields, operation } from '#server/schema/operation.ts'
import { operatesHome } from '#server/services/organization/home.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'

const { InvalidInputError, ConflictError, NotFoundError, ReauthenticationRequiredError } = failures

const organizationId = (t: InputFields) =>
  t.id({ required: true, description: 'The organization’s id, in an anchor that admits it.' })
const userId = (t: InputFields) => t.id({ required: true, description: 'The person’s id.' })
const MAY_INVITE = 'Whether the person may invite and remove others of the organization'

const authScopes = { known: true, member: true }
const WHO =
  'Takes the right to operate in the anchor of the organization’s id and in its home, or to invite people to it.'

operation('invitePerson', {
  describes: `Adds a person to an organization. A new user is invited by a link; again, the link is replaced. A user who exists joins at once, and only an operator may add one. ${WHO}`,
  scope: authScopes,
  ofInstallation: true,
  input: {
    describes: 'A person who comes to act for an organization.',
    fields: (t) => ({
      organizationId: organizationId(t),
      email: t.string({
        required: true,
        description: 'The e-mail address, which becomes the username of a new user; at most 64 characters.',
      }),
      name: t.string({ description: 'The display name of a new user; the address by default.' }),
      mayInvite: t.boolean({ description: `${MAY_INVITE}; false by default.` }),
    }),
  },
  result: OrganizationPerson,
  noun: 'person',
  errors: [InvalidInputError, ConflictError, NotFoundError, ReauthenticationRequiredError],
  async run({ organizationId, mayInvite, ...person }, context) {
    const { caller, id } = await requireInviter(context, organizationId)
    const { member, invitation } = await context.installation.accounts.invitePerson(caller, id, {
      ...person,
      mayInvite: mayInvite ?? false,
    })
    if (invitation) context.call.newInvitations.add(member.user.id, invitation)
    return member
  },
})

operation('updatePerson', {
  describes: `Changes what a person may do for an organization. ${WHO}`,
  scope: authScopes,
  ofInstallation: true,
  input: {
    describes: 'A person of an organization, and the changes.',
    fields: (t) => ({
      organizationId: organizationId(t),
      userId: userId(t),
      mayInvite: t.boolean({ required: true, description: `${MAY_INVITE}.` }),
    }),
  },
  result: OrganizationPerson,
  noun: 'person',
  errors: [NotFoundError, ReauthenticationRequiredError],
  async run(input, context) {
    const { caller, id } = await requireInviter(context, input.organizationId)
    const { mayInvite } = input
    return context.installation.accounts.updatePerson(caller, id, {
      userId: textNodeId(input.userId, 'User'),
      mayInvite,
    })
  },
})

operation('removePerson', {
  describes: `Ends that a person acts for an organization. The account stays, until an administrator of the installation removes it. Returns the username. ${WHO}`,
  scope: authScopes,
  ofInstallation: true,
  input: {
    describes: 'A person of an organization.',
    fields: (t) => ({ organizationId: organizationId(t), userId: userId(t) }),
  },
  result: ['ID'],
  noun: 'ids',
  errors: [ConflictError, NotFoundError, ReauthenticationRequiredError],
  async run(input, context) {
    const { caller, id } = await requireInviter(context, input.organizationId)
    const userId = textNodeId(input.userId, 'User')
    await context.installation.accounts.removePerson(caller, id, userId)
    return [encodeNodeId('User', userId, context.anchor)]
  },
})

/**
 * The caller with the rights that it has about the organization: its role in the anchor of the id, or none, if it acts for
 * the organization. @throws GraphQLError FORBIDDEN, AnchorAccessError, NotFoundError, ReauthenticationRequiredError
 */
async function requireInviter(
  context: Context,
  organizationId: string,
): Promise<{ caller: Caller; id: number }> {
  const caller = requireRecentCaller(context)
  const { anchor, id } = locateId(organizationId) ?? { anchor: null, id: organizationId }
  const slug = anchor ?? FIRST_ANCHOR
  const own = keyOrNull(id, 'Organization')
  // As an operator, who may do more, where the caller is both.
  const known = own === null ? null : await context.db.organization.findUnique({ where: { id: own } })
  const isOperator = known !== null && operatesHome(caller, known)
  if (!isOperator && own !== null && caller.organizations?.get(own)?.mayInvite)
    return { caller: { ...caller, role: null }, id: own }
  if (!hasRole(caller)) throw requestError('FORBIDDEN', 'You may not invite people to this organization.')
  const scoped = contextWith('operate', context, slug)
  // After the right: a caller without it is refused for every id.
  const key = nodeId(id, 'Organization')
  await scoped.services.organizations.find(key)
  return { caller: requireRecentCaller(scoped), id: key }
}
