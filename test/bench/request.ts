/** A request of a load, and its answer before the load: the rate of refusals would be irrelevant. */
import { once } from 'node:events'
import { type IncomingMessage, request as sendRequest } from 'node:http'

export type Request = {
  method: 'GET' | 'POST'
  path: string
  headers?: Record<string, string>
  body?: string
}

/** The body has the bytes that were sent, compressed or not. */
export type Answer = { headers: Record<string, string>; body: Buffer }

const TIMEOUT_MS = 10_000

/** @throws Error unless the answer is 2xx and in time */
export async function ask(url: string, { method, path, headers = {}, body }: Request): Promise<Answer> {
  const asked = `${method} ${path}`
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  try {
    const sent = sendRequest(`${url}${path}`, { method, headers, signal, agent: false }).end(body)
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    const received = Buffer.concat(await answer.toArray())
    const { statusCode: status = 0 } = answer
    if (status < 200 || status > 299)
      throw new RefusalError(`answers ${status} to ${asked}: ${received.toString().slice(0, 200)}`)
    const texts = Object.entries(answer.headers).map(([name, value]) => [name, String(value)])
    return { headers: Object.fromEntries(texts), body: received }
  } catch (error) {
    if (error instanceof RefusalError) throw error
    if (signal.aborted)
      throw new Error(`does not answer ${asked} within ${TIMEOUT_MS / 1000} s`, { cause: error })
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`cannot be asked ${asked}: ${reason}`, { cause: error })
  }
}

class RefusalError extends Error {}
