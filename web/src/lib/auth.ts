/** Sign-in and sign-out, which better-auth serves beside the GraphQL API. */

import { usernameClient } from 'better-auth/client/plugins'
import { createAuthClient } from 'better-auth/svelte'

const auth = createAuthClient({ plugins: [usernameClient()] })

/** What to tell a person, by the HTTP status of a refused sign-in. */
const refusals: Record<number, string> = {
  401: 'This username and password do not belong together.',
  403: 'This account is disabled. Ask an administrator.',
  422: 'A username has at least three letters, digits, dots or underscores.',
  429: 'Too many attempts. Wait a minute, then try again.',
}

/** Answers with the reason when the sign-in is refused, and with nothing when it succeeded. */
export async function signIn(username: string, password: string): Promise<string | undefined> {
  try {
    const { error } = await auth.signIn.username({ username, password })
    if (!error) return undefined
    return refusals[error.status] ?? `The server refused the sign-in: ${error.message ?? error.statusText}.`
  } catch {
    // better-auth throws only when there is no answer at all.
    return 'The server cannot be reached. Try again in a moment.'
  }
}

export async function signOut(): Promise<void> {
  await auth.signOut()
}
