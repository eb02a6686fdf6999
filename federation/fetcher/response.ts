/** Accepts or refuses the answer of a stranger: status, media type, and size while it arrives. */
import type { Dispatcher } from 'undici'
import { FetchError } from './fetch-error.ts'

type Answer = Dispatcher.ResponseData

/** Looks at status and headers. The body of a refused answer is not read. @throws FetchError */
export function checkAnswer(url: string, answer: Answer, mediaType: string): void {
  const fault = statusFault(url, answer) ?? headerFault(url, answer, mediaType)
  if (!fault) return
  answer.body.on('error', () => {}).destroy() // the connection is of no use with an unread body on it
  throw fault
}

function statusFault(url: string, { statusCode: status, headers }: Answer): FetchError | undefined {
  if (status === 200) return undefined
  if (status >= 300 && status < 400) {
    const target = headers.location ? ` to ${String(headers.location).slice(0, 200)}` : ''
    return new FetchError('redirect', url, `redirects${target}; redirects are not followed.`, { status })
  }
  const code = status === 404 || status === 410 ? 'not_found' : 'http_status'
  return new FetchError(code, url, `answered with HTTP status ${status}.`, { status })
}

/** Media types are compared without case, and parameters are tolerated (§15). */
function headerFault(url: string, { headers }: Answer, mediaType: string): FetchError | undefined {
  const type = String(headers['content-type'] ?? '')
  if (type.split(';', 1)[0]?.trim().toLowerCase() !== mediaType.toLowerCase()) {
    const shown = type === '' ? 'without a content type' : `as "${type.slice(0, 100)}"`
    return new FetchError('wrong_content_type', url, `was sent ${shown} instead of ${mediaType}.`)
  }
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') {
    return new FetchError(
      'malformed',
      url,
      `was sent compressed (${String(encoding)}) though nobody asked for it.`,
    )
  }
  return undefined
}

/** Reads the body as UTF-8 and stops as soon as it is too long. @throws FetchError */
export async function readBody(url: string, { body }: Answer, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    // undici's stream is untyped; it yields buffers
    length += chunk.length
    if (length > maxBytes) throw new FetchError('too_large', url, `sent more than ${maxBytes} bytes.`)
    chunks.push(chunk)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch (cause) {
    throw new FetchError('malformed', url, 'sent something that is not UTF-8 text.', { cause })
  }
}
