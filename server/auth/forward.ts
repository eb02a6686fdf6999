/** Gives a request to the library, and its answer back. */
import { fromNodeHeaders } from 'better-auth/node'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { beginAttempt, endAttempt, tooEarly } from '#server/auth/account-throttle.ts'
import {
  type Entrance,
  identifyAsker,
  type RecordedAction,
  recordAnswer,
} from '#server/auth/sign-in-record.ts'

/** Where a password is guessed; wrong codes are counted by account already. */
const PASSWORD_PATH = '/api/auth/sign-in/username'

/** With the body that we let the library see, and what its answer means to the audit log. */
type Passage = { body: Record<string, unknown> | null; records: RecordedAction | null }

export async function forward(
  doors: Entrance,
  request: FastifyRequest,
  reply: FastifyReply,
  { body, records }: Passage,
): Promise<FastifyReply> {
  const headers = fromNodeHeaders(request.headers)
  headers.delete('content-length')
  // The throttle counts by this header; only the address that Fastify vouches for may stand in it.
  headers.set('x-forwarded-for', request.ip)
  const url = new URL(request.url, `${request.protocol}://${request.host}`)
  const init = { method: request.method, headers, body: body && JSON.stringify(body) }
  const asker = records && (await identifyAsker(doors, request))
  const isGuess = request.routeOptions.url === PASSWORD_PATH
  const attempt = isGuess ? await beginAttempt(doors.db, request) : null
  const isEarly = typeof attempt === 'number'
  const answer = isEarly ? tooEarly(attempt) : await doors.auth.handler(new Request(url, init))
  if (answer.status >= 500) await doors.db.$queryRaw`SELECT 1` // an outage is told as such; the library says nothing of it
  if (attempt !== null && !isEarly && answer.ok) await endAttempt(doors.db, attempt)
  if (asker) await recordAnswer(doors, request, asker, records, answer)
  reply.status(answer.status)
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') reply.header(name, value)
  const cookies = answer.headers.getSetCookie()
  if (cookies.length > 0) reply.header('set-cookie', cookies)
  return reply.send(Buffer.from(await answer.arrayBuffer()))
}
