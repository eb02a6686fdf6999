/** Invitations: a link with which a new user chooses a password. */
import type { Invitation } from '#prisma/generated/client/client.ts'
import type { InvitationOffer } from '#server/auth/invitation-offer.ts'
import { countAttempt } from '#server/auth/throttle.ts'
import { canReceive } from '#server/mail/address.ts'
import { UserRef } from '#server/schema/access/user.ts'
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { textNodeId } from '#server/schema/input.ts'
import { byId } from '#server/schema/input-fields.ts'
import { operation } from '#server/schema/operation.ts'

const { InvalidInputError, ConflictError, NotFoundError, TooManyRequestsError } = failures

const InvitationRef = builder.objectRef<Invitation>('Invitation').implement({
  description: 'An invitation that was not used yet.',
  authScopes: { administer: true },
  fields: (t) => ({
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'When the link expires, seven days after its creation.',
    }),
    isExpired: t.boolean({
      description: 'Whether the link has expired. Create a new one.',
      resolve: ({ expiresAt }, _args, { now }) => expiresAt <= now(),
    }),
    link: t.string({
      nullable: true,
      description:
        'The link. Returned once, by the mutation that creates it; null elsewhere, because only its hash is stored.',
      resolve: ({ userId }, _args, { call: { newInvitations } }) => newInvitations.get(userId) ?? null,
    }),
    isMailed: t.boolean({
      description: 'Whether `link` is sent to the user’s e-mail address, too.',
      resolve: async ({ userId }, _args, { call: { newInvitations }, anchor: { mail }, db }) => {
        if (!mail.isOn || newInvitations.get(userId) === undefined) return false
        const user = await db.user.findUnique({ where: { id: userId }, select: { email: true } })
        return user !== null && canReceive(user.email)
      },
    }),
  }),
})

builder.prismaObjectField(UserRef, 'invitation', (t) =>
  t.field({
    type: InvitationRef,
    nullable: true,
    description: 'The invitation of a user who has not chosen a password yet; null for others.',
    select: { invitation: true },
    resolve: ({ invitation }) => (invitation?.usedAt ? null : invitation),
  }),
)

builder.prismaObjectField(UserRef, 'canBeInvited', (t) =>
  t.boolean({
    description: 'Whether the user has no way to sign in yet, so that createInvitation applies.',
    select: { banned: true, _count: { select: { accounts: true } } },
    resolve: ({ banned, _count }) => !banned && _count.accounts === 0,
  }),
)

const InvitationOfferRef = builder.objectRef<InvitationOffer>('InvitationOffer').implement({
  description: 'What an invitation says to the invited person, before it is used.',
  authScopes: { anyone: true },
  fields: (t) => ({
    username: t.exposeString('username', { description: 'The username, to sign in with.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When the link expires.' }),
    invitedBy: t.exposeString('invitedBy', {
      nullable: true,
      description:
        'Name and address of who invites; null: an operator, whose name organizations do not learn, or a person who is not known any more.',
    }),
    isOperator: t.exposeBoolean('isOperator', {
      description: 'Whether the account opens the console.',
    }),
    organizations: t.exposeStringList('organizations', {
      description: 'The names of the organizations for which the person will act.',
    }),
    federations: t.exposeStringList('federations', {
      description:
        'The names of the federations to which the organizations belong, and of those in which the account has a role.',
    }),
  }),
})

// Without a limit of attempts: a token of 256 bits cannot be guessed.
builder.queryField('invitation', (t) =>
  t.field({
    extensions: { ofInstallation: true },
    type: InvitationOfferRef,
    description:
      'What the link of an invitation offers. Needs no credentials. Refused once the link is used or expired.',
    authScopes: { anyone: true },
    args: { token: t.arg.string({ required: true, description: 'The part of the link after #.' }) },
    resolve: (_root, { token }, { installation: { accounts } }) => accounts.readInvitation(token),
  }),
)

const AcceptInvitationSuccess = builder.objectRef<{ username: string }>('AcceptInvitationSuccess').implement({
  description: 'A used invitation.',
  authScopes: { anyone: true },
  fields: (t) => ({
    username: t.exposeString('username', { description: 'The username, to sign in with.' }),
  }),
})

operation('createInvitation', {
  describes: 'Creates a new invitation link for a user without a password. The previous link stops working.',
  scope: 'administer',
  ofInstallation: true,
  isSensitive: true,
  input: byId('user', 'The user to invite.'),
  result: UserRef,
  errors: [ConflictError, NotFoundError],
  async run(input, { installation: { accounts }, caller, db, call: { newInvitations } }) {
    const { id } = await accounts.findUserById(textNodeId(input.id, 'User'))
    newInvitations.add(id, await accounts.createInvitation(caller, id))
    return db.user.findUniqueOrThrow({ where: { id } })
  },
})

operation('acceptInvitation', {
  describes:
    'Sets the password of an invited user. Needs no credentials; at most ten attempts a minute from one address.',
  scope: 'anyone',
  ofInstallation: true,
  input: {
    describes: 'An invitation and the password of the invited user.',
    fields: (t) => ({
      token: t.string({ required: true, description: 'The part of the link after #.' }),
      password: t.string({ required: true, description: 'The password, at least 12 characters.' }),
    }),
  },
  result: AcceptInvitationSuccess,
  errors: [InvalidInputError, ConflictError, NotFoundError, TooManyRequestsError],
  async run({ token, password }, { installation: { accounts }, db, now, call: { from } }) {
    await countAttempt(db, now, 'invitation', from.address)
    return accounts.acceptInvitation(from, token, password)
  },
})
