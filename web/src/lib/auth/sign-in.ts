/** Signs in with password and second factor, and signs out. */
import { readInBackground } from '#lib/graphql/client.ts'
import { type Answer, ask } from './request.ts'
import { Rights } from './viewer.ts'

interface FirstAnswer {
  /** The password was correct; a one-time code is required too. */
  twoFactorRedirect?: boolean
}

export const signIn = (username: string, password: string): Promise<Answer<FirstAnswer>> =>
  ask<FirstAnswer>('/sign-in/username', { username, password })

/** Six digits are a code of the app; other input is a recovery code. */
export function sendCode(code: string): Promise<Answer<unknown>> {
  const typed = code.replace(/\s/g, '')
  return /^\d{6}$/.test(typed)
    ? ask('/two-factor/verify-totp', { code: typed })
    : ask('/two-factor/verify-backup-code', { code: typed })
}

/** Whether the password was too little, because the account has a passkey. */
export async function needsPasskey(): Promise<boolean> {
  return (await readInBackground(fetch, Rights, {}))?.viewer?.factorStep === 'USE_PASSKEY'
}

export const signOut = () => ask('/sign-out', {})
