/** Signing in again ends the session it is done from: re-authentication must not leave old sessions behind. */
import type { BetterAuthPlugin } from 'better-auth'
import { createAuthMiddleware, isAPIError } from 'better-auth/api'
import { signInPaths } from '#server/identity/sign-in-method.ts'

export function sessionSuccession(): BetterAuthPlugin {
  return {
    id: 'inmor-session-succession',
    hooks: {
      after: [
        {
          matcher: ({ path }) => signInPaths.includes(path ?? ''),
          handler: createAuthMiddleware(async (ctx) => {
            const { authCookies, secret, newSession, returned, internalAdapter } = ctx.context
            // With the second factor pending there is no session yet, but the browser has lost the old one's cookie.
            if (!newSession && (returned === undefined || isAPIError(returned))) return
            const old = await ctx.getSignedCookie(authCookies.sessionToken.name, secret)
            if (old && old !== newSession?.session.token) await internalAdapter.deleteSession(old)
          }),
        },
      ],
    },
  }
}
