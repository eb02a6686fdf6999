/** Re-authentication: what touches ways to sign in wants a session that began a short while ago. */
import type { BetterAuthPlugin } from 'better-auth'
import { createAuthMiddleware, freshSessionMiddleware } from 'better-auth/api'

/** Seconds for which a sign-in counts as recent. Signing in again makes a new session in place of the old one. */
export const RECENT_SECONDS = 600

/** The library asks for the password alone, which a stolen session and a stolen password would satisfy. */
const guarded = ['/two-factor/enable', '/two-factor/generate-backup-codes']

/** Refuses with 403 SESSION_NOT_FRESH; passkey registration does so by itself. */
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
