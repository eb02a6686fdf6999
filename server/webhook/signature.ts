/** Signs deliveries as Standard Webhooks 1.0.0 says (symmetric signatures, v1). */
import { createHmac, randomBytes } from 'node:crypto'
import { toUnix } from '#server/clock.ts'

const PREFIX = 'whsec_'
const SECRET_BYTES = 32

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
