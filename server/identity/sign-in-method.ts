/** The sign-in methods, and the better-auth endpoints that belong to each. */

export const signInMethods = ['password', 'passkey', 'single_sign_on'] as const
export type SignInMethod = (typeof signInMethods)[number]

/** Endpoint -> method. A second factor belongs to the password before it. */
const byPath: Readonly<Record<string, SignInMethod>> = {
  '/sign-in/username': 'password',
  '/two-factor/verify-totp': 'password',
  '/two-factor/verify-backup-code': 'password',
  '/passkey/verify-authentication': 'passkey',
  '/callback/:id': 'single_sign_on',
}

/** The endpoints that may create a session. */
export const signInPaths: readonly string[] = Object.keys(byPath)

export function signInMethodOf(path: string | undefined): SignInMethod {
  return byPath[path ?? ''] ?? 'password'
}

/** Reads the column of a session's row. */
export function parseSignInMethod(value: unknown): SignInMethod {
  return signInMethods.find((method) => method === value) ?? 'password'
}
