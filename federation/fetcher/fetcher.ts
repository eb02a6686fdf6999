/** Fetches documents of other entities. No other file opens connections to them (§9, §8.1, §18.1). */
import { Agent, request } from 'undici'
import { addParameters, buildEntityConfigurationUrl, type EntityId } from '#core/entity-id.ts'
import { parseJson as parseStrict } from '#core/json.ts'
import { createGate } from '../gate.ts'
import { FetchError, toFetchError } from './fetch-error.ts'
import { checkPort, lookupPublic, type PortGuard, parseTarget } from './guard.ts'
import { defaultLimits, type FetchLimits } from './limits.ts'
import {
  checkResponse,
  checkStatus,
  type Post,
  type PostResponse,
  readBody,
  readBytes,
  readChunks,
  readEntityTag,
  sendPost,
} from './response.ts'

const ENTITY_STATEMENT = 'application/entity-statement+jwt'
const KEY_SET = 'application/jwk-set+jwt'
const TRUST_MARK = 'application/trust-mark+jwt'
const STATUS_LIST = 'application/statuslist+jwt'
const TRUST_MARK_STATUS = 'application/trust-mark-status-response+jwt'

type FetchOptions = { signal?: AbortSignal | undefined }

type TextOptions = FetchOptions & {
  /** The entity that publishes the URL. */
  publisher?: EntityId
  /** The request is a POST with these parameters. */
  form?: Record<string, string>
  /** The request is for another document than that of this entity tag. */
  etag?: string | null
  /** The header of this name, for a server that the operator names. A redirect is not followed, so no other one gets it. */
  authorization?: string | undefined
}

/** A document with the entity tag that its server gave it; `text` is null if it has not changed. */
type Revisit = { text: string | null; etag: string | null }

export type Fetcher = {
  /** Returns the unverified Entity Configuration of an entity (§9). @throws FetchError */
  entityConfiguration(id: EntityId, options?: FetchOptions): Promise<string>
  /**
   * Fetches it again, unless the server says that the document of this entity tag has not changed (RFC 9110, §13.1.2).
   * @throws FetchError
   */
  revisitEntityConfiguration(id: EntityId, etag: string | null, options?: FetchOptions): Promise<Revisit>
  /** Returns the unverified Subordinate Statement of `issuer` about `subject` (§8.1). @throws FetchError */
  subordinateStatement(
    request: { issuer: EntityId; subject: EntityId; fetchEndpoint: string },
    options?: FetchOptions,
  ): Promise<string>
  /** Returns the unverified Trust Mark of a type that the issuer offers to `subject` (§8.6). @throws FetchError */
  trustMark(
    request: { issuer: EntityId; endpoint: string; type: string; subject: EntityId },
    options?: FetchOptions,
  ): Promise<string>
  /** Returns the issuer's unverified response about the status of a Trust Mark (§8.4). @throws FetchError */
  trustMarkStatus(
    request: { issuer: EntityId; endpoint: string; trustMark: string },
    options?: FetchOptions,
  ): Promise<string>
  /** Returns the unverified Status List Token at a URI that a mark of the issuer names. @throws FetchError */
  statusList(request: { issuer: EntityId; uri: string }, options?: FetchOptions): Promise<string>
  /** Returns the unverified key set at a `signed_jwks_uri` (§5.2.1). `publisher` names it. @throws FetchError */
  signedKeySet(url: string, options: FetchOptions & { publisher: EntityId }): Promise<string>
  /** Returns a parsed, unvalidated JSON document. @throws FetchError */
  json(
    url: string,
    accept?: string,
    options?: FetchOptions & Pick<TextOptions, 'authorization'>,
  ): Promise<unknown>
  /** Returns the bytes of a file of any media type; null: there is none. @throws FetchError */
  file(url: string, options?: FetchOptions): Promise<Buffer | null>
  /** Gives the bytes of a file of any media type to `read` as they arrive. @throws FetchError, and what `read` throws */
  stream<Result>(
    url: string,
    read: (chunks: AsyncIterable<Uint8Array>) => Promise<Result>,
    options?: FetchOptions,
  ): Promise<Result>
  /** Sends a body to a server that the operator names. Any status but a redirect is a response. @throws FetchError */
  post(url: string, post: Post, options?: FetchOptions): Promise<PostResponse>
  /** Closes every connection. Pending requests fail. */
  close(): Promise<void>
}

export type FetcherOptions = {
  /** Allows http and addresses that are not public, for test federations. */
  allowHttp: boolean
  userAgent?: string
  /** Undefined: any port, as for operators. `allowHttp` allows any port too. */
  portGuard?: PortGuard
  limits?: Partial<FetchLimits>
}

export function createFetcher(options: FetcherOptions): Fetcher {
  const { allowHttp, userAgent = 'inmor', portGuard } = options
  const limits = { ...defaultLimits, ...options.limits }
  const gate = createGate(limits.perHost)
  const dispatcher = new Agent({
    connect: { timeout: limits.connectTimeout, ...(allowHttp ? {} : { lookup: lookupPublic }) },
    allowH2: false,
    maxHeaderSize: 16 * 1024,
  })

  /** Opens a connection within the limits. */
  async function connect<Result>(
    url: string,
    { signal: outer, publisher }: Pick<TextOptions, 'signal' | 'publisher'>,
    work: (target: URL, connection: { dispatcher: Agent; signal: AbortSignal }) => Promise<Result>,
  ): Promise<Result> {
    const target = parseTarget(url, { allowHttp })
    if (portGuard && !allowHttp) await checkPort(url, publisher, portGuard)
    const timeout = AbortSignal.timeout(limits.totalTimeout)
    const signal = outer ? AbortSignal.any([outer, timeout]) : timeout
    try {
      return await gate.run(target.host, signal, () => work(target, { dispatcher, signal }))
    } catch (error) {
      if (outer?.aborted) throw outer.reason // the caller cancelled; the entity did not fail
      throw toFetchError(url, error)
    }
  }

  function visit(url: string, accept: string, options: TextOptions = {}): Promise<Revisit> {
    const { form, etag = null, authorization } = options
    return connect(url, options, async (target, connection) => {
      const condition = etag === null ? {} : { 'if-none-match': etag }
      const access = authorization === undefined ? {} : { authorization }
      const headers = { accept, 'user-agent': userAgent, ...condition, ...access }
      const response = await request(target, {
        ...connection,
        ...(form ? buildPost(form, headers) : { headers }),
      })
      if (etag !== null && response.statusCode === 304) {
        await response.body.dump()
        return { text: null, etag }
      }
      checkResponse(url, response, accept)
      return { text: await readBody(url, response, limits.maxBodyBytes), etag: readEntityTag(response) }
    })
  }

  async function fetchText(url: string, accept: string, options?: TextOptions): Promise<string> {
    const { text } = await visit(url, accept, options)
    if (text === null) throw new TypeError('a request without a condition has a document')
    return text
  }

  return {
    revisitEntityConfiguration: (id, etag, each) =>
      visit(buildEntityConfigurationUrl(id), ENTITY_STATEMENT, { ...each, publisher: id, etag }),
    entityConfiguration: (id, each) =>
      fetchText(buildEntityConfigurationUrl(id), ENTITY_STATEMENT, { ...each, publisher: id }),
    subordinateStatement: ({ issuer, subject, fetchEndpoint }, each) =>
      fetchText(addParameters(fetchEndpoint, { sub: subject }), ENTITY_STATEMENT, {
        ...each,
        publisher: issuer,
      }),
    trustMark: ({ issuer, endpoint, type, subject }, each) =>
      fetchText(addParameters(endpoint, { trust_mark_type: type, sub: subject }), TRUST_MARK, {
        ...each,
        publisher: issuer,
      }),
    trustMarkStatus: ({ issuer, endpoint, trustMark }, each) =>
      fetchText(endpoint, TRUST_MARK_STATUS, { ...each, publisher: issuer, form: { trust_mark: trustMark } }),
    statusList: ({ issuer, uri }, each) => fetchText(uri, STATUS_LIST, { ...each, publisher: issuer }),
    signedKeySet: (url, each) => fetchText(url, KEY_SET, each),
    json: async (url, accept = 'application/json', each) =>
      parseJson(url, await fetchText(url, accept, each)),
    file: (url, each = {}) =>
      connect(url, each, async (target, connection) => {
        const response = await request(target, { ...connection, headers: { 'user-agent': userAgent } })
        if (response.statusCode === 404) {
          await response.body.dump()
          return null
        }
        checkStatus(url, response)
        return readBytes(url, response, limits.maxBodyBytes)
      }),
    stream: async (url, read, each = {}) => {
      // What `read` throws is no failure of the network.
      const [outcome] = await connect(url, each, async (target, connection) => {
        const response = await request(target, { ...connection, headers: { 'user-agent': userAgent } })
        checkStatus(url, response)
        return Promise.allSettled([read(readChunks(url, response, limits.maxBodyBytes))])
      })
      if (outcome.status === 'fulfilled') return outcome.value
      throw outcome.reason
    },
    post: (url, { headers, ...post }, each = {}) =>
      connect(url, each, (target, connection) => {
        const complete = {
          maxBytes: limits.maxBodyBytes,
          ...post,
          headers: { ...headers, 'user-agent': userAgent },
        }
        return sendPost(target, complete, connection)
      }),
    close: () => dispatcher.destroy(),
  }
}

function buildPost(form: Record<string, string>, headers: Record<string, string>) {
  const body = new URLSearchParams(form).toString()
  return {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    body,
  } as const
}

function parseJson(url: string, text: string): unknown {
  try {
    return parseStrict(text)
  } catch (cause) {
    throw new FetchError('malformed', url, 'returned a document that is not valid JSON.', { cause })
  }
}
