/** Two rules that better-auth lacks: a TOTP code counts once, and signing in again ends the previous session. */
import { createOTP } from '@better-auth/utils/otp'
import type { BetterAuthPlugin, GenericEndpointContext } from 'better-auth'
import { APIError, createAuthMiddleware, getSessionFromCtx, isAPIError } from 'better-auth/api'
import { symmetricDecrypt } from 'better-auth/crypto'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { signInPaths } from '#server/identity/sign-in-method.ts'

/** Seconds of a time step. */
const PERIOD = 30
/** Time steps around the current one that are accepted, for clock skew; as in the library. */
const WINDOW = [-1, 0, 1]

/** Claims the step before the library checks the code, so that only one of two requests with the same code passes. */
export function totpReplay(db: Database, now: Clock): BetterAuthPlugin {
  return {
    id: 'inmor-totp-replay',
    hooks: {
      before: [
        {
          matcher: ({ path }) => path === '/two-factor/verify-totp',
          handler: createAuthMiddleware(async (ctx) => {
            const userId = await findUserId(ctx)
            const factor = userId ? await db.twoFactor.findUnique({ where: { userId } }) : null
            if (!factor) return
            const secret = await symmetricDecrypt({ key: ctx.context.secretConfig, data: factor.secret })
            const step = await stepOf(secret, String(ctx.body?.code ?? ''), now())
            if (step === null) return // a wrong code: the library refuses and counts it
            const { count } = await db.twoFactor.updateMany({
              where: { id: factor.id, OR: [{ lastUsedStep: null }, { lastUsedStep: { lt: step } }] },
              data: { lastUsedStep: step },
            })
            if (count === 0) {
              throw new APIError('UNAUTHORIZED', {
                code: 'CODE_ALREADY_USED',
                message: 'This code was already used. Wait for the next one.',
              })
            }
          }),
        },
      ],
    },
  }
}

/** The user of the session, or of the sign-in with a pending second factor. */
async function findUserId(ctx: GenericEndpointContext): Promise<string | null> {
  const session = await getSessionFromCtx(ctx)
  if (session) return session.user.id
  const cookie = ctx.context.createAuthCookie('two_factor')
  const identifier = await ctx.getSignedCookie(cookie.name, ctx.context.secret)
  const pending = identifier ? await ctx.context.internalAdapter.findVerificationValue(identifier) : null
  return pending?.value ?? null
}

async function stepOf(secret: string, code: string, now: Date): Promise<number | null> {
  const present = Math.floor(now.getTime() / (PERIOD * 1000))
  for (const step of WINDOW.map((distance) => present + distance)) {
    if ((await createOTP(secret).hotp(step)) === code) return step
  }
  return null
}

/** Ends the previous session at re-authentication, so that no old sessions remain. */
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
