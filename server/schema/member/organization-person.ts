/** The people of an organization, as operators and the others of the organization see them. */
import { invitationExpiryOf, type Member, usernameOf } from '#server/auth/member.ts'
import { canMail } from '#server/mail/outbox.ts'
import { builder } from '#server/schema/builder.ts'
import { globalId } from '#server/schema/global-id.ts'
import { OrganizationRef } from '#server/schema/organization/organization.ts'

export const OrganizationPerson = builder.objectRef<Member>('OrganizationPerson').implement({
  description: 'A user who acts for an organization.',
  authScopes: { read: true, member: true },
  fields: (t) => ({
    id: t.id({
      description: 'The id of the user. With an organization, it names the person.',
      resolve: ({ user }) => globalId('User', user.id),
    }),
    username: t.string({
      description: 'The username, to sign in with: the e-mail address, if the user was invited here.',
      resolve: usernameOf,
    }),
    name: t.string({ description: 'The display name.', resolve: ({ user }) => user.name }),
    email: t.string({ description: 'The e-mail address.', resolve: ({ user }) => user.email }),
    mayInvite: t.exposeBoolean('mayInvite', {
      description: 'Whether the person may invite and remove others of the organization.',
    }),
    invitationExpiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When the link of an invitation expires, seven days after its creation; null for a person who accepted it.',
      resolve: invitationExpiryOf,
    }),
    invitationLink: t.string({
      nullable: true,
      description:
        'The link of the invitation. Returned once, by the mutation that creates it; null elsewhere, because only its hash is stored.',
      resolve: ({ user }, _args, { call: { newInvitations } }) => newInvitations.get(user.id) ?? null,
    }),
    isInvitationMailed: t.boolean({
      description: 'Whether `invitationLink` is sent to the e-mail address, too.',
      resolve: ({ user: { id, email } }, _args, { call: { newInvitations }, anchor: { mail } }) =>
        newInvitations.get(id) !== undefined && canMail(mail, email),
    }),
    lastSignInAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the person last signed in; null: never.',
      resolve: ({ user }) => user.lastSignInAt,
    }),
  }),
})

builder.prismaObjectField(OrganizationRef, 'people', (t) =>
  t.field({
    type: [OrganizationPerson],
    description: 'The users who act for it in the portal, by address.',
    select: { id: true },
    resolve: ({ id }, _args, { installation: { accounts } }) => accounts.listMembers(id),
  }),
)
