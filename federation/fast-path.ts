/**
 * Repeats answers before Fastify sees the request: a lookup by URL, and one write of a prebuilt head and body. Routes say
 * while which their answer holds. Everything unusual is left to the routes, which stay as they are.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { getEndpointPath } from '#core/endpoint.ts'
import { ENTITY_CONFIGURATION_PATH } from '#core/entity-id.ts'
import type { PublishedJwt } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'
import type { RateCounter } from './rate-counter.ts'

/** The answers that are repeated: path -> parameters. With any other parameter, the route answers. */
const repeated: Readonly<Record<string, readonly string[]>> = {
  [ENTITY_CONFIGURATION_PATH]: [],
  [getEndpointPath('fetch')]: ['sub'],
  [getEndpointPath('resolve')]: ['sub', 'trust_anchor', 'entity_type'],
  [getEndpointPath('list')]: ['entity_type', 'intermediate', 'trust_mark_type'],
  // Not with a cursor, whose key may change.
  [getEndpointPath('extended_list')]: [
    'limit',
    'entity_type',
    'intermediate',
    'trust_mark_type',
    'updated_after',
    'updated_before',
    'audit_timestamps',
    'claims',
  ],
  [getEndpointPath('trust_mark')]: ['trust_mark_type', 'sub'],
  [getEndpointPath('trust_mark_list')]: ['trust_mark_type', 'sub'],
}

/** Requests with one of these headers are left to the routes: conditional requests and those with a body. */
const unusual = ['if-none-match', 'content-length', 'transfer-encoding', 'expect'] as const

/** While which an answer holds, besides the Entity Configuration, which decides who may ask (§8.8). */
export type Hold = {
  /** Whether the reader would return the same sources again, without asking Redis. */
  isSame(): boolean
  /** Unix seconds at which the answer or one of its headers changes. */
  until: number
  /** Called for each repetition. */
  onRepeat?: (() => void) | undefined
}

/** Called after each repeated answer, with its duration in seconds. */
type OnAnswer = (path: string, method: string, seconds: number) => void

declare module 'fastify' {
  interface FastifyRequest {
    /** The Entity Configuration when the request arrived, if it was in memory. */
    configuration: PublishedJwt | undefined
  }
  interface FastifyReply {
    /** Undefined if the answer must not be repeated. */
    hold: Hold | undefined
  }
  interface FastifyInstance {
    onRepeatedAnswer(listener: OnAnswer): void
  }
}

type Answer = Hold & {
  path: string
  configuration: PublishedJwt
  /** Names and values by turns, in the order in which the route sent them. */
  head: string[]
  body: string | Buffer
  limit: Limit | undefined
}

/** The limit of requests, and the places of its changing values in the head. */
type Limit = { max: number; counter: RateCounter; remainingAt: number; resetAt: number }

const MAX_BYTES = 64 * 1024 * 1024
/** Bytes of an answer beyond its URL and body. */
const OVERHEAD = 1_024

type Deps = {
  reader: Pick<Reader, 'peek'>
  now: () => number
  /** The client, as rate limits count it. */
  address: (request: IncomingMessage) => string
}

export function installFastPath(app: FastifyInstance, { reader, now, address }: Deps, isOn: boolean): void {
  const answers = new LRUCache<string, Answer>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ body }, url) => OVERHEAD + url.length + body.length,
  })
  const listeners: OnAnswer[] = []
  let isClosing = false

  function isValid({ configuration, isSame, until }: Answer): boolean {
    return until > now() && reader.peek.entityConfiguration() === configuration && isSame()
  }

  function repeat(request: IncomingMessage, response: ServerResponse): boolean {
    const { method = '', url = '', headers } = request
    const answer = answers.get(url)
    if (!answer || isClosing || (method !== 'GET' && method !== 'HEAD')) return false
    if (unusual.some((name) => headers[name] !== undefined)) return false
    if (!isValid(answer)) {
      answers.delete(url)
      return false
    }
    if (answer.limit && !count(answer.limit, answer.head, address(request))) return false
    const begun = performance.now()
    response.writeHead(200, answer.head)
    response.end(method === 'HEAD' ? undefined : answer.body)
    answer.onRepeat?.()
    for (const listener of listeners) listener(answer.path, method, (performance.now() - begun) / 1000)
    return true
  }

  function record(request: FastifyRequest, reply: FastifyReply, body: unknown): void {
    const { configuration, method, url } = request
    const { hold } = reply
    if (!hold || !configuration || method !== 'GET' || reply.statusCode !== 200) return
    if (typeof body !== 'string' && !Buffer.isBuffer(body)) return
    const path = findPath(url)
    if (path === undefined) return
    const head = Object.entries(reply.getHeaders()).flatMap(([name, value]) => [name, String(value)])
    head.push('content-length', String(Buffer.byteLength(body)))
    const answer = { ...hold, path, configuration, head, body, limit: findLimit(request, head) }
    if (isValid(answer)) answers.set(url, answer)
  }

  app.decorate('onRepeatedAnswer', (listener) => void listeners.push(listener))
  app.decorateRequest('configuration', undefined)
  app.decorateReply('hold', undefined)
  if (!isOn) return
  app.addHook('preClose', async () => {
    isClosing = true
  })
  app.addHook('onRequest', (request, _reply, done) => {
    request.configuration = reader.peek.entityConfiguration()
    done()
  })
  // The last one, so that it sees every header.
  app.addHook('onSend', (request, reply, body, done) => {
    record(request, reply, body)
    done(null, body)
  })
  precede(app, repeat)
}

/** Tries `first` on every request of the server, and leaves the rest to Fastify. */
function precede(
  { server }: FastifyInstance,
  first: (request: IncomingMessage, response: ServerResponse) => boolean,
): void {
  const listeners = server.listeners('request') as RequestListener[] // what Node documents for the event
  server.removeAllListeners('request')
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (first(request, response)) return
    for (const listener of listeners) listener.call(server, request, response)
  })
}

function findLimit({ routeOptions: { config } }: FastifyRequest, head: readonly string[]): Limit | undefined {
  const { rateLimit, counter } = config
  if (!rateLimit || typeof rateLimit.max !== 'number' || !counter) return undefined
  const placeOf = (name: string) => head.indexOf(name) + 1
  const places = {
    remainingAt: placeOf('x-ratelimit-remaining'),
    resetAt: placeOf('x-ratelimit-reset'),
  }
  return { max: rateLimit.max, counter, ...places }
}

/** Counts a request and updates the head. False: too many, which the route refuses. */
function count({ max, counter, remainingAt, resetAt }: Limit, head: string[], client: string): boolean {
  const { current, ttl } = counter.count(client)
  if (current > max) return false
  head[remainingAt] = String(max - current)
  head[resetAt] = String(Math.ceil(ttl / 1000))
  return true
}

/** The path of a URL whose answer is repeated; undefined with an unknown parameter. */
function findPath(url: string): string | undefined {
  const [path = '', query] = url.split('?', 2)
  const known = Object.hasOwn(repeated, path) ? repeated[path] : undefined
  if (!known) return undefined
  const names = [...new URLSearchParams(query).keys()]
  return names.every((name) => known.includes(name)) ? path : undefined
}
