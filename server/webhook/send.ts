/** Makes one attempt to deliver an event: signs it, sends it, and judges the response. */
import { createHmac, randomBytes } from 'node:crypto'
import { FetchError } from '#fetcher/fetch-error.ts'
import type { Fetcher } from '#fetcher/fetcher.ts'
import type { Webhook } from '#prisma/generated/client/client.ts'
import { type Clock, toUnix } from '#server/clock.ts'
import type { Sealer } from '#server/database/sealed-text.ts'
import { CONTENT_TYPE, type Event } from '#server/webhook/event.ts'

/** Read of the response, of which only the status counts. */
const READ_BYTES = 1024
const GONE = 410

export type Attempt =
  | { isDelivered: true; status: number; error: null }
  /** `isFinal`: another attempt cannot succeed until an administrator has changed the webhook. */
  | { isDelivered: false; status: number | null; error: string; isFinal: boolean }

type Target = Pick<Webhook, 'url' | 'secret' | 'previousSecret' | 'previousSecretUntil'>

export type Send = (target: Target, event: Event, signal?: AbortSignal) => Promise<Attempt>

type SendDeps = { fetcher: Pick<Fetcher, 'post'>; sealer: Sealer; now: Clock }

/** The function throws only the reason of its signal. */
export function createSend({ fetcher, sealer, now }: SendDeps): Send {
  async function secretsOf({
    secret,
    previousSecret,
    previousSecretUntil,
  }: Target): Promise<string[] | null> {
    const current = await sealer.open(secret)
    if (current === null) return null
    if (!previousSecret || !previousSecretUntil || previousSecretUntil <= now()) return [current]
    const previous = await sealer.open(previousSecret)
    return previous === null ? [current] : [current, previous]
  }

  return async (target, event, signal) => {
    const secrets = await secretsOf(target)
    if (!secrets) return { isDelivered: false, status: null, error: UNREADABLE_SECRET, isFinal: true }
    const headers = { 'content-type': CONTENT_TYPE, ...sign(secrets, event, now()) }
    try {
      const post = { body: event.body, headers, maxBytes: READ_BYTES }
      return judge((await fetcher.post(target.url, post, { signal })).status)
    } catch (error) {
      if (!(error instanceof FetchError)) throw error
      const sentence = withoutUrl(error.message, target.url)
      return { isDelivered: false, status: error.status ?? null, error: sentence, isFinal: false }
    }
  }
}

const UNREADABLE_SECRET =
  'Its secret cannot be read, because AUTH_SECRET is another one. Rotate the secret, give the receiver the new one, and turn the webhook on.'

function judge(status: number): Attempt {
  if (status >= 200 && status < 300) return { isDelivered: true, status, error: null }
  const error = `The receiver returned HTTP status ${status}${status === GONE ? ': it wants no more events' : ''}.`
  return { isDelivered: false, status, error, isFinal: status === GONE }
}

/** The audit log and alerts repeat the sentence, and the URL may be a secret. */
const withoutUrl = (message: string, url: string) => message.replace(url, 'The receiver')

const PREFIX = 'whsec_'
const SECRET_BYTES = 32

/** Signs deliveries as Standard Webhooks 1.0.0 says (symmetric signatures, v1). */
export function createSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString('base64')
}

/** The headers of one attempt. Each secret signs, so that a receiver may know the new or the previous one. */
export function sign(
  secrets: readonly string[],
  { id, body }: { id: string; body: string },
  at: Date,
): Record<string, string> {
  const timestamp = toUnix(at)
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64')
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  })
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  }
}
