/** Takes each code of an authenticator app once (RFC 6238, 5.2); the library would take it again within its time step. */
import { createOTP } from '@better-auth/utils/otp'
import type { BetterAuthPlugin, GenericEndpointContext } from 'better-auth'
import { APIError, createAuthMiddleware, getSessionFromCtx } from 'better-auth/api'
import { symmetricDecrypt } from 'better-auth/crypto'
import type { Database } from '#server/database/client.ts'

/** Seconds of a time step. */
const PERIOD = 30
/** Steps around the present one whose codes count, for clocks that are not quite right; as in the library. */
const WINDOW = [-1, 0, 1]

/** The step is claimed before the library looks at the code, so that of two requests with one code only one passes. */
export function totpReplay(db: Database): BetterAuthPlugin {
  return {
    id: 'inmor-totp-replay',
    hooks: {
      before: [
        {
          matcher: ({ path }) => path === '/two-factor/verify-totp',
          handler: createAuthMiddleware(async (ctx) => {
            const userId = await userInQuestion(ctx)
            const factor = userId ? await db.twoFactor.findUnique({ where: { userId } }) : null
            if (!factor) return
            const secret = await symmetricDecrypt({ key: ctx.context.secretConfig, data: factor.secret })
            const step = await stepOf(secret, String(ctx.body?.code ?? ''))
            if (step === null) return // a wrong code: the library refuses and counts it
            const { count } = await db.twoFactor.updateMany({
              where: { id: factor.id, OR: [{ lastUsedStep: null }, { lastUsedStep: { lt: step } }] },
              data: { lastUsedStep: step },
            })
            if (count === 0) {
              throw new APIError('UNAUTHORIZED', {
                code: 'CODE_ALREADY_USED',
                message: 'This code was used already; wait for the next one.',
              })
            }
          }),
        },
      ],
    },
  }
}

/** Whose code it is: of the session, or of the sign-in whose second factor is pending. */
async function userInQuestion(ctx: GenericEndpointContext): Promise<string | null> {
  const session = await getSessionFromCtx(ctx)
  if (session) return session.user.id
  const cookie = ctx.context.createAuthCookie('two_factor')
  const identifier = await ctx.getSignedCookie(cookie.name, ctx.context.secret)
  const pending = identifier ? await ctx.context.internalAdapter.findVerificationValue(identifier) : null
  return pending?.value ?? null
}

async function stepOf(secret: string, code: string): Promise<number | null> {
  const present = Math.floor(Date.now() / (PERIOD * 1000))
  for (const step of WINDOW.map((distance) => present + distance)) {
    if ((await createOTP(secret).hotp(step)) === code) return step
  }
  return null
}
