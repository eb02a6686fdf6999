/** Reasons for which single sign-on refuses a user: the codes, and the sentences for the sign-in page. */

export const signInRefusals = {
  no_role: 'Your groups at the provider give you no role here.',
  user_conflict: 'Another user here has your username or e-mail address.',
} as const

export type SignInRefusal = keyof typeof signInRefusals

export function isSignInRefusal(value: unknown): value is SignInRefusal {
  return typeof value === 'string' && Object.hasOwn(signInRefusals, value)
}
