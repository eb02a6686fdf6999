/** How a session was made: by which of the ways in. */

export const signInMethods = ['password', 'passkey', 'single_sign_on'] as const
export type SignInMethod = (typeof signInMethods)[number]

/** Endpoint of the library -> the way in. Second factors belong to the password before them. */
const byPath: Readonly<Record<string, SignInMethod>> = {
  '/sign-in/username': 'password',
  '/two-factor/verify-totp': 'password',
  '/two-factor/verify-backup-code': 'password',
  '/passkey/verify-authentication': 'passkey',
  '/callback/:id': 'single_sign_on',
}

/** The endpoints at whose end somebody may be signed in. */
export const signInPaths: readonly string[] = Object.keys(byPath)

export function signInMethodOf(path: string | undefined): SignInMethod {
  return byPath[path ?? ''] ?? 'password'
}

/** As a session's row has it. */
export function parseSignInMethod(value: unknown): SignInMethod {
  return signInMethods.find((method) => method === value) ?? 'password'
}
