/** Users of the console and the API. */
import { parsePasswordChange } from '#server/identity/password-change.ts'
import { isRole, type Role } from '#server/identity/roles.ts'
import { PasswordChangeEnum, RoleEnum } from '#server/schema/access/viewer.ts'
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { textNodeId } from '#server/schema/input.ts'
import { type InputFields, operation } from '#server/schema/operation.ts'

const { InvalidInputError, ConflictError, NotFoundError } = failures

const AnchorRole = builder.objectRef<{ anchor: string; role: Role }>('AnchorRole').implement({
  description: 'The role of a user in one anchor.',
  authScopes: { administer: true },
  fields: (t) => ({
    anchorSlug: t.exposeString('anchor', { description: 'The slug of the anchor.' }),
    role: t.expose('role', { type: RoleEnum, description: 'The role.' }),
  }),
})

const AnchorRoleInput = builder.inputType('AnchorRoleInput', {
  description: 'The role of a user in one anchor.',
  fields: (t) => ({
    anchor: t.string({ required: true, description: 'The slug or Entity Identifier of the anchor.' }),
    role: t.field({ type: RoleEnum, description: 'The role; null: none.' }),
  }),
})

export const UserRef = builder.prismaNode('User', {
  nullable: true,
  id: { field: 'id' },
  select: { id: true },
  description: 'A user of the console and the API.',
  authScopes: { administerInstallation: true },
  fields: (t) => ({
    username: t.string({
      description: 'The username.',
      select: { username: true, email: true },
      resolve: ({ username, email }) => username ?? email,
    }),
    name: t.exposeString('name', { description: 'The display name.' }),
    email: t.exposeString('email', { description: 'The e-mail address.' }),
    role: t.field({
      type: RoleEnum,
      nullable: true,
      description:
        'The role in the installation, which holds in its first anchor, and an administrator’s in every one; null: only those of `anchorRoles`.',
      select: { role: true },
      resolve: ({ role }) => (isRole(role) ? role : null),
    }),
    anchorRoles: t.field({
      type: [AnchorRole],
      description: 'The roles in single anchors.',
      select: { anchorRoles: { orderBy: { anchorSlug: 'asc' } } },
      resolve: ({ anchorRoles }) =>
        anchorRoles.flatMap(({ anchorSlug: anchor, role }) => (isRole(role) ? [{ anchor, role }] : [])),
    }),
    banned: t.boolean({
      description: 'Whether the user is locked out, with all API keys.',
      select: { banned: true },
      resolve: ({ banned }) => banned ?? false,
    }),
    suspendedUntil: t.expose('suspendedUntil', {
      type: 'DateTime',
      nullable: true,
      description: 'When a lock-out by one person ends automatically; null: it is lasting, or there is none.',
    }),
    twoFactorEnabled: t.boolean({
      description: 'Whether a password sign-in requires a code of an authenticator app.',
      select: { twoFactorEnabled: true },
      resolve: ({ twoFactorEnabled }) => twoFactorEnabled ?? false,
    }),
    passkeyCount: t.relationCount('passkeys', { description: 'The number of passkeys.' }),
    passkeys: t.relation('passkeys', { query: { orderBy: { createdAt: 'asc' }, take: 100 } }),
    passwordChange: t.field({
      type: PasswordChangeEnum,
      description: 'Whether the user should choose a new password.',
      select: { passwordChange: true },
      resolve: ({ passwordChange }) => parsePasswordChange(passwordChange),
    }),
    lastSignInAt: t.expose('lastSignInAt', { type: 'DateTime', nullable: true }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the user was created.' }),
  }),
})

builder.queryField('user', (t) =>
  t.prismaField({
    type: 'User',
    nullable: true,
    description: 'A user, by its username; null: there is none.',
    authScopes: { administer: true },
    extensions: { ofInstallation: true },
    args: { username: t.arg.string({ required: true, description: 'The username.' }) },
    resolve: (query, _root, { username }, { db }) => db.user.findUnique({ ...query, where: { username } }),
  }),
)

const MUST_CHANGE =
  'Whether the user must choose another password after signing in, before any other change. False by default, so that scripts that create users and sign in with them keep working; the console always sends true.'

operation('createUser', {
  describes: 'Creates a user. There is no sign-up.',
  scope: 'administer',
  ofInstallation: true,
  isSensitive: true,
  input: {
    describes: 'A user to create.',
    fields: (t) => ({
      username: t.string({ required: true, description: 'The username.' }),
      password: t.string({
        description:
          'The initial password, at least 12 characters. Without one the user is invited: `invitation.link` is returned once.',
      }),
      role: t.field({
        type: RoleEnum,
        description: 'The role in the installation. Without one, `anchorRoles` must have one.',
      }),
      anchorRoles: t.field({ type: [AnchorRoleInput], description: 'Roles in single anchors.' }),
      name: t.string({ description: 'The display name; the username by default.' }),
      email: t.string({ description: 'The e-mail address.' }),
      mustChangePassword: t.boolean({ description: MUST_CHANGE }),
    }),
  },
  result: UserRef,
  errors: [InvalidInputError, ConflictError],
  async run(input, context) {
    const { role, anchorRoles, username, password, name, email, mustChangePassword } = input
    const details = { ...(name ? { name } : {}), ...(email ? { email } : {}) }
    const { id, invitation } = await context.installation.accounts.createUser(context.caller, {
      username,
      ...(typeof password === 'string' ? { password } : {}),
      ...(role ? { role } : {}),
      ...(anchorRoles ? { anchorRoles } : {}),
      passwordChange: mustChangePassword && typeof password === 'string' ? 'REQUIRED' : 'NONE',
      ...details,
    })
    if (invitation) context.call.newInvitations.add(id, invitation)
    return context.db.user.findUniqueOrThrow({ where: { id } })
  },
})

operation('updateUser', {
  describes: 'Changes a user. The last administrator can be neither banned nor demoted.',
  scope: 'administer',
  ofInstallation: true,
  isSensitive: true,
  input: {
    describes:
      'Changes of a user; absent fields stay. Other rights or a lock-out end the user’s sessions and open approvals.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The user’s id.' }),
      role: t.field({ type: RoleEnum, description: 'The role in the installation.' }),
      anchorRoles: t.field({
        type: [AnchorRoleInput],
        description: 'Roles in single anchors; those in other anchors stay.',
      }),
      name: t.string({ description: 'The display name.' }),
      banned: t.boolean({
        description:
          'Whether the user is locked out. Where access is protected, a lock-out by one administrator ends after 24 hours; a further one asks for the approval of a lasting one.',
      }),
    }),
  },
  result: UserRef,
  errors: [InvalidInputError, ConflictError, NotFoundError],
  async run({ id, ...change }, { installation: { accounts }, caller, db }) {
    const user = await accounts.findUserById(textNodeId(id, 'User'))
    const given = Object.entries(change).filter(([, value]) => value !== undefined && value !== null)
    await accounts.updateUser(caller, user.username ?? user.email, Object.fromEntries(given))
    return db.user.findUniqueOrThrow({ where: { id: user.id } })
  },
})

const keepApiKeys = (t: InputFields) =>
  t.boolean({
    description:
      'Whether the user’s API keys stay valid. False by default, because an attacker who used the account may have them.',
  })

operation('resetUserPassword', {
  describes:
    'Sets a new password, ends the user’s sessions and open invitation, and revokes the user’s API keys.',
  scope: 'administer',
  ofInstallation: true,
  isSensitive: true,
  input: {
    describes: 'A new password of a user.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The user’s id.' }),
      password: t.string({ required: true, description: 'The new password, at least 12 characters.' }),
      mustChangePassword: t.boolean({ description: MUST_CHANGE }),
      keepApiKeys: keepApiKeys(t),
    }),
  },
  result: UserRef,
  errors: [InvalidInputError, NotFoundError],
  async run(input, { installation: { accounts }, caller, db }) {
    const user = await accounts.findUserById(textNodeId(input.id, 'User'))
    await accounts.setPassword(
      caller,
      user.username ?? user.email,
      input.password,
      input.mustChangePassword ? 'REQUIRED' : 'NONE',
      input.keepApiKeys ?? false,
    )
    return db.user.findUniqueOrThrow({ where: { id: user.id } })
  },
})

operation('resetSecondFactor', {
  describes:
    'Removes the authenticator app, recovery codes and passkeys of another user, ends the user’s sessions and open invitation, and revokes the user’s API keys.',
  scope: 'administer',
  ofInstallation: true,
  isSensitive: true,
  input: {
    describes: 'The user who lost the second factor.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The user’s id.' }),
      keepApiKeys: keepApiKeys(t),
    }),
  },
  result: UserRef,
  errors: [ConflictError, NotFoundError],
  async run(input, { caller, installation: { accounts }, db }) {
    const user = await accounts.findUserById(textNodeId(input.id, 'User'))
    await accounts.resetSecondFactor(caller, user.username ?? user.email, input.keepApiKeys ?? false)
    return db.user.findUniqueOrThrow({ where: { id: user.id } })
  },
})
