/** The caller's own account: sessions, passkeys and second factor. */
import { CREDENTIAL } from '#server/auth/credential.ts'
import { countRecoveryCodes } from '#server/auth/recovery-codes.ts'
import type { CallerSession } from '#server/identity/caller.ts'
import { parseSignInMethod, signInMethods } from '#server/identity/sign-in-method.ts'
import { canReceive } from '#server/mail/address.ts'
import { PasskeyRef } from '#server/schema/access/passkey.ts'
import { builder } from '#server/schema/builder.ts'
import { isRecent } from '#server/schema/input.ts'

const descriptions = {
  password: 'Username and password, with a code of the authenticator app where one is set up.',
  passkey: 'A passkey, which counts as two factors: the device, and what unlocks it.',
  single_sign_on: 'The single sign-on provider, which is responsible for second factors.',
} as const

const SignInMethodEnum = builder.enumType('SignInMethod', {
  description: 'A way to sign in.',
  values: Object.fromEntries(
    signInMethods.map((value) => [value.toUpperCase(), { value, description: descriptions[value] }]),
  ),
})

const SessionRef = builder.prismaObject('Session', {
  description: 'A user’s session in a browser.',
  authScopes: { ownAccount: true },
  select: { id: true },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The session’s id.' }),
    signedInAt: t.expose('createdAt', { type: 'DateTime', description: 'When the session was created.' }),
    signedInBy: t.field({
      type: SignInMethodEnum,
      description: 'The sign-in method.',
      select: { signedInBy: true },
      resolve: ({ signedInBy }) => parseSignInMethod(signedInBy),
    }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When the session expires.' }),
    address: t.exposeString('ipAddress', { nullable: true }),
    userAgent: t.exposeString('userAgent', { nullable: true, description: 'The browser’s User-Agent.' }),
    isCurrent: t.boolean({
      description: 'Whether this request belongs to the session.',
      resolve: ({ id }, _args, { caller }) => id === caller?.session?.id,
    }),
  }),
})

export const AccountRef = builder.objectRef<CallerSession>('Account').implement({
  description: 'The caller’s own sign-in methods and sessions.',
  authScopes: { ownAccount: true },
  fields: (t) => ({
    signedInBy: t.expose('signedInBy', {
      type: SignInMethodEnum,
      description: 'The sign-in method of this session.',
    }),
    signedInAt: t.expose('signedInAt', { type: 'DateTime', description: 'When this session was created.' }),
    isRecentlySignedIn: t.boolean({
      description:
        'Whether the sign-in is recent enough to change users and keys. If not, these mutations answer REAUTHENTICATION_REQUIRED: sign in again.',
      resolve: (session, _args, { now }) => isRecent(session, now()),
    }),
    hasPassword: t.boolean({
      description: 'Whether the user has a local password; false for users of single sign-on.',
      resolve: async ({ userId }, _args, { db }) =>
        (await db.account.count({ where: { userId, providerId: CREDENTIAL } })) > 0,
    }),
    twoFactorEnabled: t.boolean({
      description: 'Whether a password sign-in requires a code of an authenticator app.',
      resolve: async ({ userId }, _args, { db }) => {
        const user = await db.user.findUnique({ where: { id: userId } })
        return user?.twoFactorEnabled ?? false
      },
    }),
    recoveryCodesLeft: t.int({
      description: 'The number of unused recovery codes; 0 without an authenticator app.',
      resolve: ({ userId }, _args, { db, installation: { auth } }) => countRecoveryCodes(db, auth, userId),
    }),
    mail: t.boolean({
      nullable: true,
      description:
        'Whether the user receives e-mail about changes; null: the server sends no e-mail, or the user has no address.',
      resolve: async (
        { userId },
        _args,
        {
          db,
          anchor: {
            mail: { isOn },
          },
        },
      ) => {
        const user = await db.user.findUnique({ where: { id: userId }, select: { mail: true, email: true } })
        return isOn && user && canReceive(user.email) ? user.mail : null
      },
    }),
    sessions: t.prismaField({
      type: [SessionRef],
      description: 'The user’s sessions, newest first.',
      resolve: (query, { userId }, _args, { db, now }) =>
        db.session.findMany({
          ...query,
          where: { userId, expiresAt: { gt: now() } },
          orderBy: { createdAt: 'desc' },
          take: 100,
        }),
    }),
    passkeys: t.prismaField({
      type: [PasskeyRef],
      description: 'The user’s passkeys, oldest first.',
      resolve: (query, { userId }, _args, { db }) =>
        db.passkey.findMany({ ...query, where: { userId }, orderBy: { createdAt: 'asc' }, take: 100 }),
    }),
  }),
})
