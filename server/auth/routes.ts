/** Mounts the sign-in endpoints; everything else of the library stays closed, because it would pass by audit and roles. */
import { fromNodeHeaders } from 'better-auth/node'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Auth } from '#server/auth/auth.ts'

const open = [
  { method: 'POST', path: '/api/auth/sign-in/username' },
  { method: 'POST', path: '/api/auth/sign-out' },
  { method: 'GET', path: '/api/auth/get-session' },
] as const

export function authRoutes(app: FastifyInstance, { auth }: { auth: Auth }): void {
  for (const { method, path } of open) {
    app.route({ method, url: path, handler: (request, reply) => forward(auth, request, reply) })
  }
}

async function forward(auth: Auth, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const headers = fromNodeHeaders(request.headers)
  headers.delete('content-length')
  // The throttle counts by this header; only the address that Fastify vouches for may stand in it.
  headers.set('x-forwarded-for', request.ip)
  const url = new URL(request.url, `${request.protocol}://${request.host}`)
  const body = request.method === 'POST' ? JSON.stringify(request.body ?? {}) : null
  const answer = await auth.handler(new Request(url, { method: request.method, headers, body }))
  reply.status(answer.status)
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') reply.header(name, value)
  const cookies = answer.headers.getSetCookie()
  if (cookies.length > 0) reply.header('set-cookie', cookies)
  return reply.send(Buffer.from(await answer.arrayBuffer()))
}
