/** Users, sessions and API keys, by better-auth on our database. Nobody signs up: administrators make users. */
import { apiKey } from '@better-auth/api-key'
import { prismaAdapter } from '@better-auth/prisma-adapter'
import { betterAuth } from 'better-auth'
import { admin, username } from 'better-auth/plugins'
import { createAccessControl } from 'better-auth/plugins/access'
import type { Database } from '#server/database.ts'

export const MINIMUM_PASSWORD_LENGTH = 12

export type AuthConfig = { authSecret: string; adminUrl: string; trustedOrigins: string[] }

// Rights are scopes on GraphQL fields (roles.ts); the library only has to know that the roles exist.
const access = createAccessControl({})
const noRights = access.newRole({})
const libraryRoles = { viewer: noRights, operator: noRights, admin: noRights }

export function createAuth(db: Database, config: AuthConfig) {
  return betterAuth({
    appName: 'Inmor',
    secret: config.authSecret,
    baseURL: config.adminUrl,
    basePath: '/api/auth',
    trustedOrigins: config.trustedOrigins,
    database: prismaAdapter(db, { provider: 'postgresql' }),
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: MINIMUM_PASSWORD_LENGTH },
    session: { expiresIn: 12 * 3600, updateAge: 3600 },
    // Counters live in the database: sign-in must work, and be throttled, while Redis is away.
    rateLimit: {
      enabled: true,
      storage: 'database',
      window: 60,
      max: 300,
      customRules: { '/sign-in/username': { window: 60, max: 10 } },
    },
    telemetry: { enabled: false },
    // It prints refused keys and passwords as errors; what goes wrong unexpectedly is thrown, and logged by us.
    logger: { disabled: true },
    advanced: { cookiePrefix: 'inmor', ipAddress: { ipAddressHeaders: ['x-forwarded-for'] } },
    plugins: [
      username({ minUsernameLength: 2, maxUsernameLength: 64 }),
      admin({ ac: access, roles: libraryRoles, defaultRole: 'viewer', adminRoles: ['admin'] }),
      // A key must not become a session, and the library's default of ten requests a day is for other uses.
      apiKey({
        enableSessionForAPIKeys: false,
        rateLimit: { enabled: false },
        enableMetadata: true,
        defaultPrefix: 'inmor_',
      }),
    ],
  })
}

export type Auth = ReturnType<typeof createAuth>
