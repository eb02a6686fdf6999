/** Holds the rule for factors (identity/strength.ts) at the library's endpoints: who may change one, and what a session proved. */
import type { BetterAuthPlugin, GenericEndpointContext } from 'better-auth'
import { APIError, createAuthMiddleware, getSessionFromCtx, isAPIError } from 'better-auth/api'
import type { Database, Transaction } from '#server/database/client.ts'
import { PASSWORD_CHANGE_SENTENCE, parsePasswordChange } from '#server/identity/password-change.ts'
import { parseSignInMethod, signInMethodOf, strengthOfSignIn } from '#server/identity/sign-in-method.ts'
import {
  factorStepOf,
  parseStrength,
  type Strength,
  sentenceOfStep,
  strengthOfAccount,
  strongest,
} from '#server/identity/strength.ts'

const REGISTER_PASSKEY = '/passkey/verify-registration'
/** Without a session it completes a sign-in; with one, the setup of an authenticator app. */
const VERIFY_CODE = '/two-factor/verify-totp'

/** The endpoints that add or replace a factor. GraphQL removes them, with the scope `ownAccount`. */
const guarded = [
  '/two-factor/enable',
  '/two-factor/generate-backup-codes',
  VERIFY_CODE,
  '/two-factor/verify-backup-code',
  '/passkey/generate-register-options',
  REGISTER_PASSKEY,
]

/** The strength of an account, from what it has set up now. */
export async function readStrength(
  db: Database | Transaction,
  { id, twoFactorEnabled }: { id: string; twoFactorEnabled?: boolean | null | undefined },
): Promise<Strength> {
  const passkeys = await db.passkey.count({ where: { userId: id } })
  return strengthOfAccount({ hasApp: twoFactorEnabled === true, hasPasskey: passkeys > 0 })
}

export function factorRule(db: Database): BetterAuthPlugin {
  return {
    id: 'inmor-factors',
    hooks: {
      before: [
        {
          matcher: ({ path }) => guarded.includes(path ?? ''),
          handler: createAuthMiddleware(async (ctx) => {
            const found = await getSessionFromCtx(ctx)
            if (found) await refuseFactorChange(db, found)
          }),
        },
      ],
      after: [
        {
          // The new passkey was used, and its device verified the user.
          matcher: ({ path }) => path === REGISTER_PASSKEY,
          handler: createAuthMiddleware(async (ctx) => {
            const { returned, session } = ctx.context
            if (!session || returned === undefined || isAPIError(returned)) return
            const { id } = session.session
            await db.session.updateMany({ where: { id }, data: { strength: 'PASSKEY' satisfies Strength } })
          }),
        },
      ],
    },
  }
}

/** How a new session began. The session after the setup of an authenticator app continues the one before it. */
export function beginningOf(context: GenericEndpointContext | null) {
  const path = context?.path
  const begun = { signedInBy: signInMethodOf(path), strength: strengthOfSignIn(path) }
  const previous = path === VERIFY_CODE ? context?.context.session?.session : undefined
  if (!previous) return begun
  return {
    signedInBy: parseSignInMethod(previous.signedInBy),
    strength: strongest(begun.strength, parseStrength(previous.strength)),
  }
}

type Found = NonNullable<Awaited<ReturnType<typeof getSessionFromCtx>>>

/** @throws APIError */
async function refuseFactorChange(db: Database, { session, user }: Found): Promise<void> {
  // The library's type of a user has no members of plugins.
  const { id, twoFactorEnabled, passwordChange } = await db.user.findUniqueOrThrow({ where: { id: user.id } })
  const account = await readStrength(db, { id, twoFactorEnabled })
  const step = factorStepOf(parseStrength(session.strength), account, false)
  if (step) throw new APIError('FORBIDDEN', { code: 'SECOND_FACTOR_REQUIRED', message: sentenceOfStep(step) })
  if (parsePasswordChange(passwordChange) === 'REQUIRED')
    throw new APIError('FORBIDDEN', { code: 'PASSWORD_CHANGE_REQUIRED', message: PASSWORD_CHANGE_SENTENCE })
}
