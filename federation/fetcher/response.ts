/** Checks the status, media type and size of a response. */
import type { Dispatcher } from 'undici'
import { toFetchError } from './failure.ts'
import { FetchError } from './fetch-error.ts'

type Response = Dispatcher.ResponseData

/** Checks the status alone. Does not read the body of a refused response. @throws FetchError */
export function checkStatus(url: string, response: Response): void {
  refuse(response, findStatusError(url, response))
}

/** Checks status and headers. Does not read the body of a refused response. @throws FetchError */
export function checkResponse(url: string, response: Response, mediaType: string): void {
  refuse(response, findStatusError(url, response) ?? checkHeaders(url, response, mediaType))
}

/** Refuses redirects only. Does not read their body. @throws FetchError */
export function checkRedirect(url: string, response: Response): void {
  refuse(response, findRedirect(url, response))
}

function refuse({ body }: Response, error: FetchError | undefined): void {
  if (!error) return
  body.on('error', () => {}).destroy() // a connection with an unread body cannot be reused
  throw error
}

function findRedirect(url: string, { statusCode: status, headers }: Response): FetchError | undefined {
  if (status < 300 || status >= 400) return undefined
  const target = headers.location ? ` to ${String(headers.location).slice(0, 200)}` : ''
  return new FetchError('redirect', url, `redirects${target}. Redirects are not followed.`, { status })
}

function findStatusError(url: string, response: Response): FetchError | undefined {
  const { statusCode: status } = response
  if (status === 200) return undefined
  const redirect = findRedirect(url, response)
  if (redirect) return redirect
  const code = status === 404 || status === 410 ? 'not_found' : 'http_status'
  return new FetchError(code, url, `returned HTTP status ${status}.`, { status })
}

/** Ignores the case and the parameters of the media type (§15). */
function checkHeaders(url: string, { headers }: Response, mediaType: string): FetchError | undefined {
  const type = String(headers['content-type'] ?? '')
  if (type.split(';', 1)[0]?.trim().toLowerCase() !== mediaType.toLowerCase()) {
    const actual = type === '' ? 'no content type' : `the content type "${type.slice(0, 100)}"`
    return new FetchError('wrong_content_type', url, `returned ${actual} instead of ${mediaType}.`)
  }
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') {
    return new FetchError(
      'malformed',
      url,
      `returned a compressed response (${String(encoding)}), which was not requested.`,
    )
  }
  return undefined
}

/** The entity tag, if it can be sent back as it is (RFC 9110, §8.8.3). */
export function readEntityTag({ headers }: Response): string | null {
  const { etag } = headers
  return typeof etag === 'string' && /^(?:W\/)?"[\x21\x23-\x7e]{0,200}"$/.test(etag) ? etag : null
}

/** Reads the body as UTF-8, and stops at the size limit. @throws FetchError */
export async function readBody(url: string, response: Response, maxBytes: number): Promise<string> {
  const bytes = await readBytes(url, response, maxBytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new FetchError('malformed', url, 'returned text that is not valid UTF-8.', { cause })
  }
}

/** Stops at the size limit. @throws FetchError */
export async function readBytes(url: string, response: Response, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of readChunks(url, response, maxBytes)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** The bytes as they arrive. Stops at the size limit. @throws FetchError */
export async function* readChunks(url: string, { body }: Response, maxBytes: number): AsyncGenerator<Buffer> {
  let length = 0
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      // undici's stream is untyped; it yields buffers
      length += chunk.length
      if (length > maxBytes) throw new FetchError('too_large', url, `returned more than ${maxBytes} bytes.`)
      yield chunk
    }
  } catch (error) {
    throw toFetchError(url, error)
  }
}
