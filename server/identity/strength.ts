/**
 * The one rule for factors. A session has the strength of what was proved when it began, and an account that of the strongest
 * factor that it has set up. A session that is weaker than its account may read who it is, use the factor and sign out.
 * So no factor is added, replaced or removed with less than the account has.
 */

/** Weakest first. A recovery code stands for the authenticator app; a passkey is two factors, because the device verifies its user. */
export const strengths = ['PASSWORD', 'PASSWORD_AND_CODE', 'PASSKEY'] as const
export type Strength = (typeof strengths)[number]

/** The step before anything else: set up a factor that is required, or use the one that is there. */
export const factorSteps = ['SET_UP', 'USE_CODE', 'USE_PASSKEY'] as const
export type FactorStep = (typeof factorSteps)[number]

/** The sentence, after what it is about. */
const steps: Record<FactorStep, string> = {
  SET_UP: 'requires a second factor. Set up an authenticator app or add a passkey.',
  USE_CODE: 'has an authenticator app. Sign in with the password and a code of the app, or a recovery code.',
  USE_PASSKEY: 'has a passkey. Sign in with your passkey.',
}

export type Factors = { hasApp: boolean; hasPasskey: boolean }

export function strengthOfAccount({ hasApp, hasPasskey }: Factors): Strength {
  if (hasPasskey) return 'PASSKEY'
  return hasApp ? 'PASSWORD_AND_CODE' : 'PASSWORD'
}

export function strongest(a: Strength, b: Strength): Strength {
  return strengths.indexOf(a) > strengths.indexOf(b) ? a : b
}

/** Null: nothing is in the way. `isRequired`: by the configuration, also of an account without a factor. */
export function factorStepOf(session: Strength, account: Strength, isRequired: boolean): FactorStep | null {
  if (strongest(session, account) !== session) return account === 'PASSKEY' ? 'USE_PASSKEY' : 'USE_CODE'
  return isRequired && session === 'PASSWORD' ? 'SET_UP' : null
}

/** The session is weaker than the account: it may not even read the account or set up a factor. */
export const isTooWeak = (step: FactorStep | undefined | null): boolean =>
  step === 'USE_CODE' || step === 'USE_PASSKEY'

export const sentenceOfStep = (step: FactorStep, subject = 'This account'): string =>
  `${subject} ${steps[step]}`

/** Reads the column of a session's row. */
export function parseStrength(value: unknown): Strength {
  return strengths.find((strength) => strength === value) ?? 'PASSWORD'
}
