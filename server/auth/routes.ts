/** Mounts the sign-in endpoints. The library's other endpoints stay closed: they bypass audit and roles. */
import type { FastifyInstance } from 'fastify'
import { forward } from '#server/auth/forward.ts'
import type { Entrance, RecordedAction } from '#server/auth/sign-in-record.ts'

/**
 * `members`: the part of the body that passes. The library accepts more, such as trusting a device without a second
 * factor, or a session from a newly registered passkey.
 */
type OpenPath = {
  method: 'GET' | 'POST'
  path: string
  members?: readonly string[]
  records?: RecordedAction
}

const open: readonly OpenPath[] = [
  {
    method: 'POST',
    path: '/api/auth/sign-in/username',
    members: ['username', 'password'],
    records: 'signIn',
  },
  { method: 'POST', path: '/api/auth/sign-out', records: 'signOut' },
  { method: 'GET', path: '/api/auth/get-session' },
  { method: 'POST', path: '/api/auth/two-factor/enable', members: ['password'], records: 'enrolTwoFactor' },
  {
    method: 'POST',
    path: '/api/auth/two-factor/verify-totp',
    members: ['code'],
    records: 'verifySecondFactor',
  },
  {
    method: 'POST',
    path: '/api/auth/two-factor/verify-backup-code',
    members: ['code'],
    records: 'verifySecondFactor',
  },
  {
    method: 'POST',
    path: '/api/auth/two-factor/generate-backup-codes',
    members: ['password'],
    records: 'generateRecoveryCodes',
  },
  { method: 'GET', path: '/api/auth/passkey/generate-register-options' },
  {
    method: 'POST',
    path: '/api/auth/passkey/verify-registration',
    members: ['response', 'name'],
    records: 'registerPasskey',
  },
  { method: 'GET', path: '/api/auth/passkey/generate-authenticate-options' },
  {
    method: 'POST',
    path: '/api/auth/passkey/verify-authentication',
    members: ['response'],
    records: 'signIn',
  },
]

export function authRoutes(app: FastifyInstance, doors: Entrance): void {
  for (const { method, path, members = [], records } of open) {
    app.route({
      method,
      url: path,
      handler: (request, reply) =>
        forward(doors, request, reply, {
          body: method === 'POST' ? pick(request.body, members) : null,
          records: records ?? null,
        }),
    })
  }
}

function pick(body: unknown, members: readonly string[]): Record<string, unknown> {
  if (typeof body !== 'object' || body === null) return {}
  return Object.fromEntries(Object.entries(body).filter(([name]) => members.includes(name)))
}
