/** Configures better-auth for users, sessions and second factors. Sign-up is closed: administrators create users. */
import { passkey } from '@better-auth/passkey'
import { prismaAdapter } from '@better-auth/prisma-adapter'
import { APIError, betterAuth } from 'better-auth'
import { admin, twoFactor, username } from 'better-auth/plugins'
import { createAccessControl } from 'better-auth/plugins/access'
import {
  isUsername,
  MAXIMUM_PASSWORD_LENGTH,
  MINIMUM_PASSWORD_LENGTH,
  usernameLength,
} from '#server/auth/credential.ts'
import { beginningOf, factorRule } from '#server/auth/factors.ts'
import { isSignInRefusal, noteLibraryError, signInRefusals } from '#server/auth/failure.ts'
import { freshness, RECENT_SECONDS } from '#server/auth/freshness.ts'
import { sessionSuccession, totpReplay } from '#server/auth/library-rules.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { numberSecrets, type Secrets } from '#server/database/sealed-text.ts'

/** The secrets sign sessions and encrypt the secrets of authenticator apps. */
export type AuthConfig = Secrets & {
  adminUrl: string
  trustedOrigins: string[]
}

// Rights are scopes on GraphQL fields (identity/roles.ts); the library only needs the names of the roles.
const access = createAccessControl({})
const noRights = access.newRole({})
const libraryRoles = { viewer: noRights, operator: noRights, admin: noRights }

const throttled = { window: 60, max: 10 }

export function createAuth(db: Database, config: AuthConfig, now: Clock) {
  return betterAuth({
    appName: 'Inmor',
    secrets: numberSecrets(config).reverse(), // the current secret first, as the library requires
    baseURL: config.adminUrl,
    basePath: '/api/auth',
    trustedOrigins: config.trustedOrigins,
    database: prismaAdapter(db, { provider: 'postgresql' }),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: MINIMUM_PASSWORD_LENGTH,
      maxPasswordLength: MAXIMUM_PASSWORD_LENGTH,
    },
    // Users of single sign-on are provisioned before the library looks them up (provisioned-user.ts).
    user: {
      validateUserInfo: ({ source }) => refusalOf(source),
      additionalFields: { passwordChange: { type: 'string', defaultValue: 'NONE', input: false } },
    },
    account: { accountLinking: { enabled: false }, updateAccountOnSignIn: false },
    session: {
      expiresIn: 12 * 3600,
      updateAge: 3600,
      freshAge: RECENT_SECONDS,
      additionalFields: {
        signedInBy: { type: 'string', defaultValue: 'password', input: false },
        strength: { type: 'string', defaultValue: 'PASSWORD', input: false },
      },
    },
    databaseHooks: {
      session: {
        create: {
          before: async (session, context) => ({
            data: { ...session, ...beginningOf(context) },
          }),
        },
      },
    },
    // Counters live in the database, so that sign-in works and is throttled while Redis is away.
    rateLimit: {
      enabled: true,
      storage: 'database',
      window: 60,
      max: 300,
      customRules: {
        '/sign-in/username': throttled,
        '/sign-in/social': throttled,
        '/two-factor/*': throttled,
        '/passkey/verify-authentication': throttled,
      },
    },
    telemetry: { enabled: false },
    // The library logs refused keys and passwords. We log the unexpected errors that it throws.
    logger: { disabled: true },
    onAPIError: { onError: noteLibraryError },
    advanced: { cookiePrefix: 'inmor', ipAddress: { ipAddressHeaders: ['x-forwarded-for'] } },
    plugins: [
      username({
        minUsernameLength: usernameLength.minimum,
        maxUsernameLength: usernameLength.maximum,
        usernameValidator: isUsername,
      }),
      admin({ ac: access, roles: libraryRoles, defaultRole: 'viewer', adminRoles: ['admin'] }),
      twoFactor({ issuer: 'Inmor' }),
      passkey({
        rpName: 'Inmor',
        origin: config.trustedOrigins,
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        registration: {
          afterVerification: ({ verification }) => requireUserVerification(verification.registrationInfo),
        },
        authentication: {
          afterVerification: ({ verification }) => requireUserVerification(verification.authenticationInfo),
        },
      }),
      factorRule(db),
      freshness(),
      totpReplay(db, now),
      sessionSuccession(),
    ],
  })
}

export type Auth = ReturnType<typeof createAuth>

type UserSource = { action: string; oauth?: { profile?: Record<string, unknown> | undefined } | undefined }

/** Passes on what provisioning refused, and stops the library from creating users. */
function refusalOf({ action, oauth }: UserSource) {
  const refusal = oauth?.profile?.refusal ?? (action === 'create-user' ? 'user_conflict' : null)
  if (!isSignInRefusal(refusal)) return undefined
  return { error: refusal, errorDescription: signInRefusals[refusal] }
}

/** A passkey counts as two factors only if the device verified the user; the library does not require that. */
async function requireUserVerification(info: { userVerified: boolean } | undefined): Promise<void> {
  if (info?.userVerified) return
  throw new APIError('UNAUTHORIZED', {
    code: 'USER_VERIFICATION_REQUIRED',
    message: 'The passkey must be unlocked with a PIN, a fingerprint or a face.',
  })
}
