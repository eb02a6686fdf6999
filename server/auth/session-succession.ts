/** Ends the previous session at re-authentication, so that no old sessions remain. */
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
            // While the second factor is pending there is no new session, but the old cookie is already gone.
            if (!newSession && (returned === undefined || isAPIError(returned))) return
            const old = await ctx.getSignedCookie(authCookies.sessionToken.name, secret)
            if (old && old !== newSession?.session.token) await internalAdapter.deleteSession(old)
          }),
        },
      ],
    },
  }
}
