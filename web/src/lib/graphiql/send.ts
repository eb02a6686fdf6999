/** Sends what the user runs in GraphiQL, with the rights of the session. */
import { type Occasion, reauthentication } from '#lib/auth/reauthentication.svelte.ts'
import { connection } from '#lib/graphql/connection.svelte.ts'
import { headers } from '#lib/graphql/endpoint.ts'
import { noting } from '#lib/graphql/noting.ts'
import { isRecord } from '#lib/json/json.ts'
import { pass } from './pass.svelte.ts'

const fetchNoting = noting((...request) => globalThis.fetch(...request))

/**
 * `fetch` for GraphiQL: adds the console's headers, of which the user can replace each. Sends it again after the user has
 * signed in again, if the API requires that.
 */
export const send: typeof globalThis.fetch = async (address, init) => {
  const post = () => fetchNoting(address, { ...init, headers: allHeaders(init?.headers) })
  const answer = await post()
  const codes = await codesOf(answer)
  if (codes.includes('DOCUMENT_NOT_TRUSTED')) pass.refused()
  const occasion = occasionOf(codes)
  if (occasion === 'ended') connection.refused()
  return occasion && (await reauthentication.ask(occasion)) ? post() : answer
}

function allHeaders(own: HeadersInit | undefined): Headers {
  const all = new Headers({ ...headers, ...pass.headers() })
  new Headers(own).forEach((value, name) => void all.set(name, value))
  return all
}

/** The codes of errors: of the request, or of a mutation's result. A stream has none. */
async function codesOf(answer: Response): Promise<unknown[]> {
  if (!answer.headers.get('content-type')?.includes('json')) return []
  const { errors, data } = parse(await answer.clone().text())
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
    return {} // of a proxy
  }
}
