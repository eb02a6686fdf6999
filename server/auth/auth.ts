/** Users, sessions, second factors and API keys, by better-auth on our database. Nobody signs up: administrators make users. */
import { apiKey } from '@better-auth/api-key'
import { passkey } from '@better-auth/passkey'
import { prismaAdapter } from '@better-auth/prisma-adapter'
import { APIError, betterAuth } from 'better-auth'
import { admin, twoFactor, username } from 'better-auth/plugins'
import { createAccessControl } from 'better-auth/plugins/access'
import {
  API_KEY_PREFIX,
  isUsername,
  MAXIMUM_PASSWORD_LENGTH,
  MINIMUM_PASSWORD_LENGTH,
  usernameLength,
} from '#server/auth/credential.ts'
import { freshness, RECENT_SECONDS } from '#server/auth/freshness.ts'
import { sessionSuccession } from '#server/auth/session-succession.ts'
import { isSignInRefusal, signInRefusals } from '#server/auth/sign-in-refusal.ts'
import { totpReplay } from '#server/auth/totp-replay.ts'
import type { Database } from '#server/database/client.ts'
import { signInMethodOf } from '#server/identity/sign-in-method.ts'

export type AuthConfig = {
  /** Signs sessions, and encrypts what authenticator apps share with us. */
  authSecret: string
  /** Those in force before, the oldest first: what they encrypted can still be read. */
  previousAuthSecrets: readonly string[]
  adminUrl: string
  trustedOrigins: string[]
}

// Rights are scopes on GraphQL fields (identity/roles.ts); the library only has to know that the roles exist.
const access = createAccessControl({})
const noRights = access.newRole({})
const libraryRoles = { viewer: noRights, operator: noRights, admin: noRights }

const throttled = { window: 60, max: 10 }

export function createAuth(db: Database, config: AuthConfig) {
  return betterAuth({
    appName: 'Inmor',
    secrets: versioned(config),
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
    // Who comes by single sign-on was provisioned before the library looks (provisioned-user.ts).
    user: { validateUserInfo: ({ source }) => refusalOf(source) },
    account: { accountLinking: { enabled: false }, updateAccountOnSignIn: false },
    session: {
      expiresIn: 12 * 3600,
      updateAge: 3600,
      freshAge: RECENT_SECONDS,
      additionalFields: { signedInBy: { type: 'string', defaultValue: 'password', input: false } },
    },
    databaseHooks: {
      session: {
        create: {
          before: async (session, context) => ({
            data: { ...session, signedInBy: signInMethodOf(context?.path) },
          }),
        },
      },
    },
    // Counters live in the database: sign-in must work, and be throttled, while Redis is away.
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
    // It prints refused keys and passwords as errors; what goes wrong unexpectedly is thrown, and logged by us.
    logger: { disabled: true },
    advanced: { cookiePrefix: 'inmor', ipAddress: { ipAddressHeaders: ['x-forwarded-for'] } },
    plugins: [
      username({
        minUsernameLength: usernameLength.minimum,
        maxUsernameLength: usernameLength.maximum,
        usernameValidator: isUsername,
      }),
      admin({ ac: access, roles: libraryRoles, defaultRole: 'viewer', adminRoles: ['admin'] }),
      // A key must not become a session, and the library's default of ten requests a day is for other uses.
      apiKey({
        enableSessionForAPIKeys: false,
        rateLimit: { enabled: false },
        enableMetadata: true,
        defaultPrefix: API_KEY_PREFIX,
      }),
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
      freshness(),
      totpReplay(db),
      sessionSuccession(),
    ],
  })
}

export type Auth = ReturnType<typeof createAuth>

/** The current secret first, as the library wants it. The number of a secret is its place, so it never changes. */
function versioned({ authSecret, previousAuthSecrets }: AuthConfig) {
  return [...previousAuthSecrets, authSecret].map((value, index) => ({ version: index + 1, value })).reverse()
}

type UserSource = { action: string; oauth?: { profile?: Record<string, unknown> | undefined } | undefined }

/** Provisioning has refused them; and the library makes no users at all. */
function refusalOf({ action, oauth }: UserSource) {
  const refusal = oauth?.profile?.refusal ?? (action === 'create-user' ? 'user_conflict' : null)
  if (!isSignInRefusal(refusal)) return undefined
  return { error: refusal, errorDescription: signInRefusals[refusal] }
}

/** A passkey stands for two factors only if the device has asked who is there; the library does not insist. */
async function requireUserVerification(info: { userVerified: boolean } | undefined): Promise<void> {
  if (info?.userVerified) return
  throw new APIError('UNAUTHORIZED', {
    code: 'USER_VERIFICATION_REQUIRED',
    message: 'The passkey must be unlocked with a PIN, a fingerprint or a face.',
  })
}
