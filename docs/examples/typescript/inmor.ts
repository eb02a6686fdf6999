/** A client of the Inmor API for Node 22 or newer, with web APIs only, typed by operations.ts. Copy it into a project. */

/** A GraphQL document, and the types of its data and variables. */
export type Document<Kind extends 'query' | 'mutation' | 'subscription', Data, Variables> = string & {
  readonly types?: { kind: Kind; data: Data; variables: Variables }
}

/** The server refused the request as a whole: a fault in it, no valid key, a missing right, or an outage. */
export class RequestError extends Error {
  readonly kind = 'request'
  /** Such as `FORBIDDEN`, `UNAUTHENTICATED`, `INVALID_INPUT`, `GRAPHQL_VALIDATION_FAILED`, `APPROVAL_REQUIRED`. */
  readonly code: string
  /** Further members of `extensions`, such as `path` of an invalid variable or the id of a `approval`. */
  readonly details: Readonly<Record<string, unknown>>

  constructor({ message, extensions: { code, ...details } = {} }: GraphQLFault) {
    super(`${code ?? 'UNKNOWN'}: ${message}`)
    this.code = String(code ?? 'UNKNOWN')
    this.details = details
  }
}

/** The answer is not one of GraphQL: a proxy sent it, or the address is wrong. */
export class HttpError extends Error {
  readonly kind = 'http'
  readonly status: number

  constructor(status: number, text: string) {
    super(`HTTP ${status}: ${text.slice(0, 200)}`)
    this.status = status
  }
}

/** There is no answer, or it broke off. Whether a mutation was executed is not known. */
export class ConnectionError extends Error {
  readonly kind = 'connection'
}

/** All that the client throws; `kind` tells them apart. */
export type InmorError = RequestError | HttpError | ConnectionError

/** What became of a mutation. A refusal is typed by `__typename`, has a `code`, and has changed nothing. */
export type Outcome<Result> = Result extends { __typename: string; code: string }
  ? { ok: false } & Result
  : { ok: true; data: Result }

type Connection<Node> = {
  edges: { node: Node }[]
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
}
type NodeOf<Data> = Data[keyof Data] extends Connection<infer Node> ? Node : never
type GraphQLFault = { message: string; extensions?: Record<string, unknown> }
type Answer<Data> = { data?: Data | null; errors?: GraphQLFault[] }

type Options = {
  /** Of the console, such as https://admin.example.org. */
  url: string
  /** An API key. */
  key: string
  /** The slug of an anchor, where there are several. */
  anchor?: string | undefined
}

type Listening = {
  /** Ends the iterator. */
  signal?: AbortSignal
  /** The server listens again after a loss: read what may have changed meanwhile. */
  onReconnect?: () => void | Promise<void>
}

/** Milliseconds to wait for an answer. The preview of a policy takes up to a minute. */
const TIMEOUT = 120_000
/** Milliseconds without a byte after which a stream is lost. The server sends a comment every 12 seconds. */
const SILENCE = 40_000
/** Milliseconds before the first reconnect, doubled for each further one, and the maximum. */
const [FIRST_PAUSE, LONGEST_PAUSE] = [500, 30_000]
/** The most entries that the server gives at once. */
const PAGE = 100

export class Inmor {
  #url: string
  #headers: Record<string, string>

  constructor({ url, key, anchor }: Options) {
    this.#url = `${url.replace(/\/$/, '')}/graphql`
    this.#headers = { 'content-type': 'application/json', 'x-api-key': key }
    if (anchor) this.#headers['inmor-anchor'] = anchor
  }

  /** Reads `INMOR_URL`, `INMOR_KEY` and, where there are several anchors, `INMOR_ANCHOR`. */
  static from({ INMOR_URL, INMOR_KEY, INMOR_ANCHOR }: Record<string, string | undefined>): Inmor {
    if (!INMOR_URL || !INMOR_KEY) throw new Error('Set INMOR_URL and INMOR_KEY.')
    return new Inmor({ url: INMOR_URL, key: INMOR_KEY, anchor: INMOR_ANCHOR })
  }

  /** @throws InmorError */
  query<Data, Variables>(document: Document<'query', Data, Variables>, variables: Variables): Promise<Data> {
    return this.#request<Data>(document, variables)
  }

  /** Executes a document with one mutation. @throws InmorError unless the refusal is part of its result */
  async mutate<Data extends object, Variables>(
    document: Document<'mutation', Data, Variables>,
    variables: Variables,
  ): Promise<Outcome<Data[keyof Data]>> {
    const [result] = Object.values(await this.#request<Data>(document, variables))
    if ('code' in result && '__typename' in result) return { ok: false, ...result }
    return { ok: true, data: result } as Outcome<Data[keyof Data]>
  }

  /**
   * Yields each entry of a list, page by page. The document has one connection, and the variables `first` and `after`.
   */
  async *pages<Data extends object, Variables extends { first: number }>(
    document: Document<'query', Data, Variables>,
    variables: Omit<Variables, 'first' | 'after'>,
  ): AsyncGenerator<NodeOf<Data>> {
    for (let after: string | null = null; ; ) {
      const data = await this.#request<Data>(document, { ...variables, first: PAGE, after })
      const [connection] = Object.values(data) as Connection<NodeOf<Data>>[]
      for (const { node } of connection?.edges ?? []) yield node
      if (!connection?.pageInfo.hasNextPage) return
      after = connection.pageInfo.endCursor
    }
  }

  /**
   * Yields each event until you leave the loop. Reconnects after a loss; `variables` can be a function, to go on after
   * the last event seen. Throws if the first connection fails, or when the server refuses the subscription.
   */
  async *subscribe<Data, Variables>(
    document: Document<'subscription', Data, Variables>,
    variables: Variables | (() => Variables),
    { signal, onReconnect }: Listening = {},
  ): AsyncGenerator<Data> {
    let [losses, isAgain] = [0, false]
    const connected = async () => {
      if (isAgain) await onReconnect?.()
      isAgain = true
    }
    while (!signal?.aborted) {
      try {
        const current = variables instanceof Function ? variables() : variables
        for await (const data of this.#listen<Data>(document, current, connected, signal)) {
          losses = 0
          yield data
        }
      } catch (error) {
        if (signal?.aborted) return
        if (!isAgain || !isTemporary(error)) throw error
      }
      await pause(losses++, signal)
    }
  }

  async #request<Data>(query: string, variables: unknown): Promise<Data> {
    const response = await this.#send(query, variables, 'application/json', AbortSignal.timeout(TIMEOUT))
    return dataOf(await answerOf<Data>(response))
  }

  async *#listen<Data>(
    query: string,
    variables: unknown,
    connected: () => Promise<void>,
    signal?: AbortSignal,
  ): AsyncGenerator<Data> {
    const close = new AbortController()
    const signals = signal ? [close.signal, signal] : [close.signal]
    const silent = () => close.abort(new ConnectionError('The server is silent.'))
    let timer = setTimeout(silent, SILENCE)
    try {
      const response = await this.#send(query, variables, 'text/event-stream', AbortSignal.any(signals))
      if (!response.body || !response.headers.get('content-type')?.startsWith('text/event-stream')) {
        dataOf(await answerOf<Data>(response))
        throw new HttpError(response.status, 'The answer is not a stream of events.')
      }
      await connected()
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
      for (let text = ''; ; ) {
        const { value, done } = await broken(reader.read())
        if (done) return
        clearTimeout(timer)
        timer = setTimeout(silent, SILENCE)
        const events = (text + value).split('\n\n')
        text = events.pop() ?? ''
        for (const event of events) {
          if (event.startsWith('event: complete')) return
          const [, json] = /^data: (.*)$/m.exec(event) ?? []
          if (json) yield dataOf(JSON.parse(json) as Answer<Data>)
        }
      }
    } finally {
      clearTimeout(timer)
      close.abort()
    }
  }

  #send(query: string, variables: unknown, accept: string, signal: AbortSignal): Promise<Response> {
    const body = JSON.stringify({ query, variables })
    return broken(fetch(this.#url, { method: 'POST', headers: { ...this.#headers, accept }, body, signal }))
  }
}

/** @throws HttpError */
async function answerOf<Data>(response: Response): Promise<Answer<Data>> {
  const text = await broken(response.text())
  try {
    const answer = JSON.parse(text)
    if (Array.isArray(answer.errors) || answer.data) return answer
  } catch {} // not JSON
  throw new HttpError(response.status, text)
}

/** @throws RequestError */
function dataOf<Data>({ data, errors: [fault] = [] }: Answer<Data>): Data {
  if (fault || !data) throw new RequestError(fault ?? { message: 'The answer has no data.' })
  return data
}

/** @throws ConnectionError */
async function broken<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise
  } catch (cause) {
    if (cause instanceof ConnectionError) throw cause
    throw new ConnectionError('The connection failed.', { cause })
  }
}

function isTemporary(error: unknown): boolean {
  if (error instanceof RequestError) return error.code === 'UNAVAILABLE'
  if (error instanceof HttpError) return error.status === 429 || error.status >= 500
  return error instanceof ConnectionError
}

/** With jitter, so that many clients do not return at once. */
async function pause(losses: number, signal?: AbortSignal): Promise<void> {
  const longest = Math.min(FIRST_PAUSE * 2 ** losses, LONGEST_PAUSE)
  const { promise, resolve } = Promise.withResolvers<unknown>()
  const timer = setTimeout(resolve, longest * (0.5 + Math.random() / 2))
  signal?.addEventListener('abort', resolve)
  await promise
  clearTimeout(timer)
  signal?.removeEventListener('abort', resolve)
}
