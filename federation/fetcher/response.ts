/** Checks the status, media type and size of a response. */
import { type Dispatcher, request } from 'undici'
import { FetchError, toFetchError } from './fetch-error.ts'

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
function checkRedirect(url: string, response: Response): void {
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

/** Sends a POST with any body, and reads at most a part of the response. */
export type Post = {
  body: string
  /** With the content type. The user agent is the fetcher's. */
  headers: Readonly<Record<string, string>>
  /** How much of the response is read; the limit of the fetcher by default. */
  maxBytes?: number
}

export type PostResponse = {
  status: number
  /** The first bytes of the response as UTF-8, in which what is not UTF-8 is replaced. */
  text: string
  /** Whether there was more. It was not read. */
  isCut: boolean
}

/** @throws FetchError `redirect`, or the error of the connection */
export async function sendPost(
  target: URL,
  { body, headers, maxBytes }: Required<Post>,
  connection: { dispatcher: Dispatcher; signal: AbortSignal },
): Promise<PostResponse> {
  const response = await request(target, { ...connection, method: 'POST', headers, body })
  checkRedirect(target.href, response)
  const { bytes, isCut } = await readStart(response, maxBytes)
  return { status: response.statusCode, text: new TextDecoder().decode(bytes), isCut }
}

async function readStart({ body }: Dispatcher.ResponseData, maxBytes: number) {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    // undici's stream is untyped; it yields buffers
    chunks.push(chunk)
    length += chunk.length
    if (length > maxBytes) break // which also closes the connection
  }
  return { bytes: Buffer.concat(chunks).subarray(0, maxBytes), isCut: length > maxBytes }
}
