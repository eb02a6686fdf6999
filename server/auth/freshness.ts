/** Re-authentication: changes of sign-in methods require a recent session. */
import type { BetterAuthPlugin } from 'better-auth'
import { createAuthMiddleware, freshSessionMiddleware } from 'better-auth/api'

/** Seconds for which a sign-in counts as recent. Signing in again replaces the session. */
export const RECENT_SECONDS = 600

/** The library asks for the password only, so a stolen session with a stolen password would do. */
const guarded = ['/two-factor/enable', '/two-factor/generate-backup-codes']

/** Refuses with 403 SESSION_NOT_FRESH, as the library already does for passkey registration. */
export function freshness(): BetterAuthPlugin {
  return {
    id: 'inmor-freshness',
    hooks: {
      before: [
        {
          matcher: ({ path }) => guarded.includes(path ?? ''),
          handler: createAuthMiddleware({ use: [freshSessionMiddleware] }, async () => undefined),
        },
      ],
    },
  }
}
