/** Gives a request to the library, and its answer back. */
import { fromNodeHeaders } from 'better-auth/node'
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  type Entrance,
  identifyAsker,
  type RecordedAction,
  recordAnswer,
} from '#server/auth/sign-in-record.ts'

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
  const answer = await doors.auth.handler(new Request(url, init))
  if (asker) await recordAnswer(doors, request, asker, records, answer)
  reply.status(answer.status)
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') reply.header(name, value)
  const cookies = answer.headers.getSetCookie()
  if (cookies.length > 0) reply.header('set-cookie', cookies)
  return reply.send(Buffer.from(await answer.arrayBuffer()))
}
