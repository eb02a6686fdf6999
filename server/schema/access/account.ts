/** My account: sessions, passkeys and the second factor of whoever signed in. */

import { CREDENTIAL } from '#server/auth/credential.ts'
import { countRecoveryCodes } from '#server/auth/recovery-codes.ts'
import type { CallerSession } from '#server/identity/caller.ts'
import { parseSignInMethod, signInMethods } from '#server/identity/sign-in-method.ts'
import { builder } from '#server/schema/builder.ts'
import { isRecent } from '#server/schema/input.ts'

const descriptions = {
  password: 'Username and password, with a code of the authenticator app where one is set up.',
  passkey: 'A passkey, which counts as two factors: the device, and what unlocks it.',
  single_sign_on: 'The single sign-on provider, which sees to second factors itself.',
} as const

const SignInMethodEnum = builder.enumType('SignInMethod', {
  description: 'A way to sign in.',
  values: Object.fromEntries(
    signInMethods.map((value) => [value.toUpperCase(), { value, description: descriptions[value] }]),
  ),
})

const SessionRef = builder.prismaObject('Session', {
  description: 'A browser in which somebody is signed in.',
  authScopes: { ownAccount: true },
  select: { id: true },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'To end it by.' }),
    signedInAt: t.expose('createdAt', { type: 'DateTime', description: 'When it began.' }),
    signedInBy: t.field({
      type: SignInMethodEnum,
      description: 'By which way in.',
      select: { signedInBy: true },
      resolve: ({ signedInBy }) => parseSignInMethod(signedInBy),
    }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When it ends by itself.' }),
    address: t.exposeString('ipAddress', {
      nullable: true,
      description: 'The network address it came from.',
    }),
    userAgent: t.exposeString('userAgent', { nullable: true, description: 'What the browser calls itself.' }),
    isCurrent: t.boolean({
      description: 'Whether this request is made in it.',
      resolve: ({ id }, _args, { caller }) => id === caller?.session?.id,
    }),
  }),
})

const PasskeyRef = builder.prismaObject('Passkey', {
  description: 'A passkey; only its public half is kept.',
  authScopes: { ownAccount: true },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'To rename or remove it by.' }),
    name: t.exposeString('name', { nullable: true, description: 'The name to recognize it by.' }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was registered.',
    }),
    isBackedUp: t.exposeBoolean('backedUp', {
      description: 'Whether it is kept by a password manager, rather than in one device.',
    }),
  }),
})

export const AccountRef = builder.objectRef<CallerSession>('Account').implement({
  description: 'The ways to sign in of whoever is signed in.',
  authScopes: { ownAccount: true },
  fields: (t) => ({
    signedInBy: t.field({
      type: SignInMethodEnum,
      description: 'By which way in this session was made.',
      resolve: ({ signedInBy }) => signedInBy,
    }),
    signedInAt: t.expose('signedInAt', { type: 'DateTime', description: 'When this session was made.' }),
    isRecentlySignedIn: t.boolean({
      description:
        'Whether that is recent enough for changes of access and keys; else they answer REAUTHENTICATION_REQUIRED, and signing in again helps.',
      resolve: isRecent,
    }),
    hasPassword: t.boolean({
      description: 'Whether there is a password to sign in with; not for users of single sign-on.',
      resolve: async ({ userId }, _args, { db }) =>
        (await db.account.count({ where: { userId, providerId: CREDENTIAL } })) > 0,
    }),
    twoFactorEnabled: t.boolean({
      description: 'Whether a password sign-in also asks for a code of an authenticator app.',
      resolve: async ({ userId }, _args, { db }) => {
        const user = await db.user.findUnique({ where: { id: userId } })
        return user?.twoFactorEnabled ?? false
      },
    }),
    recoveryCodesLeft: t.int({
      description: 'How many recovery codes were not used yet; 0 without an authenticator app.',
      resolve: ({ userId }, _args, { db, auth }) => countRecoveryCodes(db, auth, userId),
    }),
    sessions: t.prismaField({
      type: [SessionRef],
      description: 'Where the user is signed in, the latest first.',
      resolve: (query, { userId }, _args, { db }) =>
        db.session.findMany({
          ...query,
          where: { userId, expiresAt: { gt: new Date() } },
          orderBy: { createdAt: 'desc' },
          take: 100,
        }),
    }),
    passkeys: t.prismaField({
      type: [PasskeyRef],
      description: 'The user’s passkeys, the oldest first.',
      resolve: (query, { userId }, _args, { db }) =>
        db.passkey.findMany({ ...query, where: { userId }, orderBy: { createdAt: 'asc' }, take: 100 }),
    }),
  }),
})
