/** `/api/v1/organizations/{id}/people`: the users who act for an organization in the portal. */
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { invitationLink } from '#server/auth/invitation-link.ts'
import { invitationExpiryOf, type Member, usernameOf } from '#server/auth/member.ts'
import { canMail } from '#server/mail/outbox.ts'
import { anchorOf, callerOfRequest } from '#server/rest/access.ts'
import type { RestApp, RestDeps } from '#server/rest/deps.ts'
import { conflict, failures, notFound } from '#server/rest/error.ts'
import { ById, listOf, Nothing, Page, pageOf } from '#server/rest/page.ts'

const tags = ['Organizations']

const email = z.string().describe('The e-mail address.')
const mayInvite = z.boolean().describe('Whether the person may invite and remove others of the organization.')

const Output = z.object({
  id: z.string().describe('The id of the user. With an organization, it names the person.'),
  username: z.string().describe('The username, to sign in with.'),
  name: z.string().describe('The display name.'),
  email,
  may_invite: mayInvite,
  invitation_expires_at: z.iso
    .datetime()
    .nullable()
    .describe('When the link of an invitation expires; null for a person who accepted it.'),
  last_sign_in_at: z.iso.datetime().nullable().describe('When the person last signed in; null: never.'),
})

const Invited = Output.extend({
  invitation_link: z
    .string()
    .nullable()
    .describe('The link of the invitation. It is returned once; null: the user has an account already.'),
  is_invitation_mailed: z.boolean().describe('Whether the link is also sent to the e-mail address.'),
})

const Invitation = z.object({
  email: email.describe('The e-mail address, which becomes the username of a new user.'),
  name: z.string().nullish().describe('The display name of a new user; the address by default.'),
  may_invite: mayInvite.nullish(),
})

const ByUser = ById.extend({ user: z.string().describe('The id of the user.') })

function toBody(member: Member): z.input<typeof Output> {
  const { user, mayInvite } = member
  return {
    id: user.id,
    username: usernameOf(member),
    name: user.name,
    email: user.email,
    may_invite: mayInvite,
    invitation_expires_at: invitationExpiryOf(member)?.toISOString() ?? null,
    last_sign_in_at: user.lastSignInAt?.toISOString() ?? null,
  }
}

type OfOrganization = FastifyRequest & { params: z.output<typeof ById> }

/** The organization, which accounts of every anchor share. @throws NotFoundError when this anchor does not have it */
async function organizationOf(request: OfOrganization): Promise<number> {
  const { id } = await anchorOf(request).services.organizations.find(request.params.id)
  return id
}

export function personRoutes(app: RestApp, { accounts }: Pick<RestDeps, 'accounts'>): void {
  app.get(
    '/organizations/:id/people',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Lists the people of an organization, by address',
        params: ById,
        querystring: Page,
        response: { 200: listOf(Output).describe('One page.'), ...failures, ...notFound },
      },
    },
    async (request) =>
      pageOf(await accounts.listMembers(await organizationOf(request)), request.query, toBody),
  )

  app.post(
    '/organizations/:id/people',
    {
      config: { scope: 'operate', action: 'inviteMember' },
      schema: {
        tags,
        summary:
          'Adds a person to an organization; a new user is invited by a link, and again, the link is replaced',
        params: ById,
        body: Invitation,
        response: { 201: Invited.describe('Added.'), ...failures, ...notFound, ...conflict },
      },
    },
    async (request, reply) => {
      const { mail } = anchorOf(request)
      const { may_invite, ...person } = request.body
      const input = { ...person, mayInvite: may_invite ?? false }
      const id = await organizationOf(request)
      const { member, invitation } = await accounts.inviteMember(callerOfRequest(request), id, input)
      return reply.status(201).send({
        ...toBody(member),
        invitation_link: invitation && invitationLink(invitation, mail.consoleUrl),
        is_invitation_mailed: invitation !== null && canMail(mail, member.user.email),
      })
    },
  )

  app.patch(
    '/organizations/:id/people/:user',
    {
      config: { scope: 'operate', action: 'updateMember' },
      schema: {
        tags,
        summary: 'Changes what a person may do for an organization',
        params: ByUser,
        body: z.object({ may_invite: mayInvite }),
        response: { 200: Output.describe('The current state.'), ...failures, ...notFound },
      },
    },
    async (request) => {
      const change = { userId: request.params.user, mayInvite: request.body.may_invite }
      const id = await organizationOf(request)
      return toBody(await accounts.updateMember(callerOfRequest(request), id, change))
    },
  )

  app.delete(
    '/organizations/:id/people/:user',
    {
      config: { scope: 'operate', action: 'removeMember' },
      schema: {
        tags,
        summary: 'Ends that a person acts for an organization; the account stays',
        params: ByUser,
        response: { 204: Nothing.describe('Removed.'), ...failures, ...notFound, ...conflict },
      },
    },
    async (request, reply) => {
      const id = await organizationOf(request)
      await accounts.removeMember(callerOfRequest(request), id, request.params.user)
      return reply.status(204).send(null)
    },
  )
}
