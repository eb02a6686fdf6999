/** Sends a POST with any body, and reads at most a part of the response. */
import { type Dispatcher, request } from 'undici'
import { checkRedirect } from './response.ts'

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
