/** The sign-in methods, and the better-auth endpoints that belong to each, with the strength of what they prove. */
import type { Strength } from '#server/identity/strength.ts'

export const signInMethods = ['password', 'passkey', 'single_sign_on'] as const
export type SignInMethod = (typeof signInMethods)[number]

type SignIn = { method: SignInMethod; strength: Strength }

const password: SignIn = { method: 'password', strength: 'PASSWORD' }
const code: SignIn = { method: 'password', strength: 'PASSWORD_AND_CODE' }

/** A second factor belongs to the password before it. */
const byPath: Readonly<Record<string, SignIn>> = {
  '/sign-in/username': password,
  '/two-factor/verify-totp': code,
  '/two-factor/verify-backup-code': code,
  '/passkey/verify-authentication': { method: 'passkey', strength: 'PASSKEY' },
  // The provider decides who is an administrator here, so its sign-in is as good as any: second factors are its own.
  '/callback/:id': { method: 'single_sign_on', strength: 'PASSKEY' },
}

/** The endpoints that may create a session. */
export const signInPaths: readonly string[] = Object.keys(byPath)

const signInOf = (path: string | undefined): SignIn => byPath[path ?? ''] ?? password

export const signInMethodOf = (path: string | undefined): SignInMethod => signInOf(path).method

export const strengthOfSignIn = (path: string | undefined): Strength => signInOf(path).strength

/** Reads the column of a session's row. */
export function parseSignInMethod(value: unknown): SignInMethod {
  return signInMethods.find((method) => method === value) ?? 'password'
}
