/** Forwards a request to better-auth and sends its response, with throttling and audit entries around it. */
import { fromNodeHeaders } from 'better-auth/node'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { withLibraryError } from '#server/auth/failure.ts'
import {
  type Entrance,
  identifyRequester,
  type RecordedAction,
  recordAnswer,
} from '#server/auth/sign-in-record.ts'
import { beginAttempt, endAttempt, tooEarly } from '#server/auth/throttle.ts'
import { stateOf } from '#server/error/database-outage.ts'

/** Password guesses are throttled here; the library counts wrong codes by account. */
const PASSWORD_PATH = '/api/auth/sign-in/username'

/** The part of the body that the library may see, and the action to record. */
type Passage = { body: Record<string, unknown> | null; records: RecordedAction | null }

export async function forward(
  doors: Entrance,
  request: FastifyRequest,
  reply: FastifyReply,
  { body, records }: Passage,
): Promise<FastifyReply> {
  const headers = fromNodeHeaders(request.headers)
  headers.delete('content-length')
  // The library's throttle counts by this header, so it carries only the address that Fastify trusts.
  headers.set('x-forwarded-for', request.ip)
  const url = new URL(request.url, `${request.protocol}://${request.host}`)
  const init = { method: request.method, headers, body: body && JSON.stringify(body) }
  const asker = records && (await identifyRequester(doors, request))
  const isGuess = request.routeOptions.url === PASSWORD_PATH
  const attempt = isGuess ? await beginAttempt(doors, request) : null
  const isEarly = typeof attempt === 'number'
  const { result: answer, error } = await withLibraryError(async () =>
    isEarly ? tooEarly(attempt) : doors.auth.handler(new Request(url, init)),
  )
  if (answer.status >= 500) {
    if (stateOf(error) !== null) throw error
    await doors.db.$queryRaw`SELECT 1` // where the library hides the cause; this throws on an outage of the database
  }
  if (attempt !== null && !isEarly && answer.ok) await endAttempt(doors.db, attempt)
  if (asker) await recordAnswer(doors, request, asker, records, answer)
  reply.status(answer.status)
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') reply.header(name, value)
  const cookies = answer.headers.getSetCookie()
  if (cookies.length > 0) reply.header('set-cookie', cookies)
  return reply.send(Buffer.from(await answer.arrayBuffer()))
}
