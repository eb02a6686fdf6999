/** Calls the sign-in endpoints, which better-auth serves beside the GraphQL API. */
import { createAuthClient } from 'better-auth/svelte'
import { exchange } from './exchange.ts'
import { reauthentication } from './reauthentication.svelte.ts'

const client = createAuthClient()

/** `code` names the refusal; empty if the server sent none. */
export type Answer<Data> = { data: Data; problem?: never } | { data?: never; problem: string; code: string }

/** Messages by the code of the refusal. */
const sentences: Readonly<Record<string, string>> = {
  INVALID_USERNAME_OR_PASSWORD: 'Wrong username or password.',
  INVALID_PASSWORD: 'This is not your password.',
  INVALID_CODE: 'Wrong code. Enter the current code of the app, and check the clocks of both devices.',
  INVALID_BACKUP_CODE: 'This is not one of your unused recovery codes.',
  CODE_ALREADY_USED: 'This code has been used. Wait for the next one.',
  TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE: 'Too many wrong codes. Start again with the password.',
  ACCOUNT_TEMPORARILY_LOCKED: 'Too many wrong codes. Wait some minutes, then start again.',
  INVALID_TWO_FACTOR_COOKIE: 'This took too long. Start again with the password.',
  SESSION_NOT_FRESH: 'Your sign-in is too old for this change. Sign in again.',
  SECOND_FACTOR_REQUIRED: 'This account has a second factor. Sign in with it first.',
  PASSWORD_CHANGE_REQUIRED: 'Choose a password of your own first.',
  USER_VERIFICATION_REQUIRED: 'The passkey must be unlocked with a PIN, a fingerprint or a face.',
}

/** Messages by HTTP status, for answers without a known code. */
const sentencesByStatus: Readonly<Record<number, string>> = {
  401: 'Not found.',
  403: 'This account is disabled. Ask an administrator.',
  422: 'A username has at least three letters, digits, dots or underscores.',
  429: 'Too many attempts. Wait a minute, then try again.',
}

/** Codes after which the user must start again with the password. */
export const endsAttempt: ReadonlySet<string> = new Set([
  'TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE',
  'ACCOUNT_TEMPORARILY_LOCKED',
  'INVALID_TWO_FACTOR_COOKIE',
])

/** GET without a body, otherwise POST. Never throws, so that the form keeps its content. */
export async function ask<Data>(path: string, body?: object): Promise<Answer<Data>> {
  try {
    const { data, error } = await (body
      ? exchange(client.$fetch<Data>(path, { method: 'POST', body }))
      : client.$fetch<Data>(path, { method: 'GET' }))
    if (!error) return { data }
    const { code = '', status, message } = error as { code?: string; status: number; message?: string } // the server's message
    const problem =
      sentences[code] ??
      sentencesByStatus[status] ??
      `The server refused: ${(message ?? `status ${status}`).replace(/\.?$/, '.')}`
    return { problem, code }
  } catch {
    // better-auth throws only without an answer.
    return { problem: 'The server cannot be reached. Try again in a moment.', code: '' }
  }
}

/** Like `ask`, for actions that require a recent sign-in: it asks the user to sign in again if necessary. */
export async function askAgain<Data>(path: string, body?: object): Promise<Answer<Data>> {
  const answer = await ask<Data>(path, body)
  const isTooLate = answer.problem !== undefined && answer.code === 'SESSION_NOT_FRESH'
  return isTooLate && (await reauthentication.ask('stale')) ? ask(path, body) : answer
}
