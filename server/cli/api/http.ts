/** The API over HTTP: requests as JSON, and subscriptions as server-sent events. */
import type { Answer, Api, Variables } from './api.ts'
import { exitCodes, Failure } from './failure.ts'

export type Remote = { url: string; key: string; anchor: string | undefined }

const JSON_TYPE = 'application/graphql-response+json, application/json'

export function openHttp({ url, key, anchor }: Remote): Api {
  if (!URL.canParse(url)) throw new Failure(`INMOR_URL is not a URL: ${url}.`, exitCodes.usage)
  const endpoint = new URL(url)
  if (!endpoint.pathname.endsWith('/graphql'))
    endpoint.pathname = `${endpoint.pathname.replace(/\/$/, '')}/graphql`

  async function request(query: string, variables: Variables, accept: string): Promise<Response> {
    const headers = {
      ...{ accept, 'content-type': 'application/json', authorization: `Bearer ${key}` },
      ...(anchor === undefined ? {} : { 'inmor-anchor': anchor }),
    }
    const body = JSON.stringify({ query, variables })
    return fetch(endpoint, { method: 'POST', headers, body }).catch((error: Error) => {
      const cause = error.cause instanceof Error ? error.cause.message : error.message
      throw new Failure(`${endpoint} cannot be reached: ${cause}.`, exitCodes.unreachable)
    })
  }

  return {
    async send(document, variables) {
      const response = await request(document, variables, JSON_TYPE)
      return readAnswer(response)
    },
    async *follow(document, variables) {
      const response = await request(document, variables, 'text/event-stream')
      if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
        return yield await readAnswer(response)
      if (response.body) yield* readEvents(response.body)
    },
    work: async () => {},
    close: async () => {},
  }
}

/** @throws Failure for an answer that is not of GraphQL, such as that of a proxy */
async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text().catch(() => '') // broken off
  try {
    const answer: Answer = JSON.parse(text)
    if ('data' in answer || 'errors' in answer) return answer
  } catch {
    // Refused below.
  }
  const code = response.status >= 500 ? exitCodes.unreachable : exitCodes.failed
  throw new Failure(
    `${response.url} answered with status ${response.status}, and not as the API of Inmor.`,
    code,
  )
}

/** The data of each event `next`, until the connection ends. */
async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<Answer> {
  let rest = ''
  const decoder = new TextDecoder()
  for await (const bytes of body) {
    const events = (rest + decoder.decode(bytes, { stream: true })).split('\n\n')
    rest = events.pop() ?? ''
    for (const event of events) {
      const lines = event.split('\n')
      const data = lines
        .flatMap((line) => (line.startsWith('data:') ? [line.slice(5).trim()] : []))
        .join('\n')
      if (lines.some((line) => /^event: ?next$/.test(line)) && data !== '') yield JSON.parse(data)
    }
  }
}
