/** Failures of signing in: the error behind an answer of better-auth, and why single sign-on refuses a user. */
import { AsyncLocalStorage } from 'node:async_hooks'

const place = new AsyncLocalStorage<{ error: unknown }>()

/** For the library's hook. */
export function noteLibraryError(error: unknown): void {
  const noted = place.getStore()
  if (noted) noted.error = error
}

/** The result of `work`, and the last error that the library met in it. */
export async function withLibraryError<Result>(
  work: () => Promise<Result>,
): Promise<{ result: Result; error: unknown }> {
  const noted = { error: undefined as unknown }
  const result = await place.run(noted, work)
  return { result, error: noted.error }
}

/** Reasons for which single sign-on refuses a user: the codes, and the sentences for the sign-in page. */
export const signInRefusals = {
  no_role: 'Your groups at the provider give you no role here.',
  user_conflict: 'Another user here has your username or e-mail address.',
} as const

export type SignInRefusal = keyof typeof signInRefusals

export function isSignInRefusal(value: unknown): value is SignInRefusal {
  return typeof value === 'string' && Object.hasOwn(signInRefusals, value)
}
