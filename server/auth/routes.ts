/** Mounts the sign-in endpoints; everything else of the library stays closed, because it would pass by audit and roles. */
import { fromNodeHeaders } from 'better-auth/node'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Auth } from '#server/auth/auth.ts'

/**
 * What of a body passes. The library would also take wishes that pass by our rules: to trust a device without
 * second factor, to make a session of a passkey just registered.
 */
type OpenPath = { method: 'GET' | 'POST'; path: string; members?: readonly string[] }

const open: readonly OpenPath[] = [
  { method: 'POST', path: '/api/auth/sign-in/username', members: ['username', 'password'] },
  { method: 'POST', path: '/api/auth/sign-out' },
  { method: 'GET', path: '/api/auth/get-session' },
  { method: 'POST', path: '/api/auth/two-factor/enable', members: ['password'] },
  { method: 'POST', path: '/api/auth/two-factor/verify-totp', members: ['code'] },
  { method: 'POST', path: '/api/auth/two-factor/verify-backup-code', members: ['code'] },
  { method: 'POST', path: '/api/auth/two-factor/generate-backup-codes', members: ['password'] },
  { method: 'GET', path: '/api/auth/passkey/generate-register-options' },
  { method: 'POST', path: '/api/auth/passkey/verify-registration', members: ['response', 'name'] },
  { method: 'GET', path: '/api/auth/passkey/generate-authenticate-options' },
  { method: 'POST', path: '/api/auth/passkey/verify-authentication', members: ['response'] },
]

export function authRoutes(app: FastifyInstance, { auth }: { auth: Auth }): void {
  for (const { method, path, members = [] } of open) {
    app.route({
      method,
      url: path,
      handler: (request, reply) =>
        forward(auth, request, reply, method === 'POST' ? pick(request.body, members) : null),
    })
  }
}

/** Gives a request to the library, with the body that we let it see. */
export async function forward(
  auth: Auth,
  request: FastifyRequest,
  reply: FastifyReply,
  body: Record<string, unknown> | null,
): Promise<FastifyReply> {
  const headers = fromNodeHeaders(request.headers)
  headers.delete('content-length')
  // The throttle counts by this header; only the address that Fastify vouches for may stand in it.
  headers.set('x-forwarded-for', request.ip)
  const url = new URL(request.url, `${request.protocol}://${request.host}`)
  const init = { method: request.method, headers, body: body && JSON.stringify(body) }
  const answer = await auth.handler(new Request(url, init))
  reply.status(answer.status)
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') reply.header(name, value)
  const cookies = answer.headers.getSetCookie()
  if (cookies.length > 0) reply.header('set-cookie', cookies)
  return reply.send(Buffer.from(await answer.arrayBuffer()))
}

function pick(body: unknown, members: readonly string[]): Record<string, unknown> {
  if (typeof body !== 'object' || body === null) return {}
  return Object.fromEntries(Object.entries(body).filter(([name]) => members.includes(name)))
}
