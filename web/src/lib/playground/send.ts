/** Sends operations that the user has written, with the rights of the session. */
import { type Occasion, reauthentication } from '#lib/auth/reauthentication.svelte.ts'
import { connection } from '#lib/graphql/connection.svelte.ts'
import { headers, url } from '#lib/graphql/endpoint.ts'
import { noting } from '#lib/graphql/noting.ts'
import { isRecord } from '#lib/json/json.ts'
import { readEvents } from './events.ts'
import { pass } from './pass.svelte.ts'

export interface Request {
  query: string
  variables?: Record<string, unknown> | undefined
  operationName?: string | undefined
}

export interface Answer {
  /** Of HTTP. */
  status: number
  /** As it came; empty after a stream of events. */
  text: string
}

interface Options {
  signal: AbortSignal
  /** For a subscription: takes the text of each event. */
  onevent?: ((text: string) => void) | undefined
}

const fetchNoting = noting((...request) => globalThis.fetch(...request))

/**
 * Sends it again after the user has signed in again, if the API requires that.
 * @throws TypeError if the server does not answer; AbortError after `signal`.
 */
export async function send(request: Request, options: Options): Promise<Answer> {
  const answer = await post(request, options)
  const codes = codesOf(answer)
  if (codes.includes('DOCUMENT_NOT_TRUSTED')) pass.refused()
  const occasion = occasionOf(codes)
  if (occasion === 'ended') connection.refused()
  return occasion && (await reauthentication.ask(occasion)) ? post(request, options) : answer
}

async function post(request: Request, { signal, onevent }: Options): Promise<Answer> {
  const accept = onevent ? 'text/event-stream, application/json;q=0.9' : 'application/json'
  const response = await fetchNoting(url, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { ...headers, ...pass.headers(), accept, 'content-type': 'application/json' },
    body: JSON.stringify(request),
    signal,
  })
  const { status, body } = response
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
  if (!isStream || !body) return { status, text: await response.text() }
  for await (const text of readEvents(body)) onevent?.(text)
  return { status, text: '' }
}

/** The codes of errors: of the request, or of a mutation's result. */
function codesOf({ text }: Answer): unknown[] {
  const { errors, data } = parse(text)
  return [
    ...(Array.isArray(errors) ? errors : []).map((error) => isRecord(error) && error.extensions),
    ...Object.values(isRecord(data) ? data : {}),
  ].map((part) => isRecord(part) && part.code)
}

/** Why the user must sign in again. */
function occasionOf(codes: readonly unknown[]): Occasion | undefined {
  if (codes.includes('UNAUTHENTICATED')) return 'ended'
  return codes.includes('REAUTHENTICATION_REQUIRED') ? 'stale' : undefined
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : {}
  } catch {
    return {} // of a proxy, or the end of a stream
  }
}
