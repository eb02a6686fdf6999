/**
 * Repeats answers before Fastify sees the request: a lookup by URL, and one write of a prebuilt head and body. Routes say
 * while which their answer holds. Everything unusual is left to the routes, which stay as they are.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import type { PublishedJwt } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'
import { type ContentCoding, chooseCoding } from '../http/content-coding.ts'
import { precede } from '../http/precede.ts'
import { count, findLimit, type Limit } from './limit.ts'
import { findPath, isUnusual } from './table.ts'

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

type Variant = {
  /** Names and values by turns, in the order in which the route sent them. */
  head: string[]
  body: string | Buffer
  limit: Limit | undefined
}

type Answer = Hold & {
  path: string
  configuration: PublishedJwt
  /** Only `identity`, unless the answer varies by the codings that the client accepts. */
  variants: Partial<Record<ContentCoding, Variant>>
  isVaried: boolean
}

const MAX_BYTES = 32 * 1024 * 1024
/** Bytes of an answer beyond its URL and body. */
const OVERHEAD = 1_024

/** URLs that are remembered from their first request: one that comes once leaves no answer behind. */
const MAX_SEEN = 10_000

type Deps = {
  reader: Pick<Reader, 'peek'>
  now: () => number
  /** The client, as rate limits count it. */
  address: (request: IncomingMessage) => string
}

export function installFastPath(app: FastifyInstance, { reader, now, address }: Deps, isOn: boolean): void {
  const answers = new LRUCache<string, Answer>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ variants }, url) =>
      Object.values(variants).reduce((sum, { body }) => sum + OVERHEAD + body.length, url.length),
  })
  const seen = new LRUCache<string, true>({ max: MAX_SEEN })
  const listeners: OnAnswer[] = []
  let isClosing = false

  function isValid({ configuration, isSame, until }: Answer): boolean {
    return until > now() && reader.peek.entityConfiguration() === configuration && isSame()
  }

  function repeat(request: IncomingMessage, response: ServerResponse): boolean {
    const { method = '', url = '', headers } = request
    const answer = answers.get(url)
    if (!answer || isClosing || (method !== 'GET' && method !== 'HEAD')) return false
    if (isUnusual(headers)) return false
    if (!isValid(answer)) {
      answers.delete(url)
      return false
    }
    const coding = answer.isVaried ? chooseCoding(headers['accept-encoding']) : 'identity'
    const variant = answer.variants[coding]
    if (!variant) return false
    const { head, body, limit } = variant
    if (limit && !count(limit, head, address(request))) return false
    const begun = performance.now()
    response.writeHead(200, head)
    response.end(method === 'HEAD' ? undefined : body)
    answer.onRepeat?.()
    for (const listener of listeners) listener(answer.path, method, (performance.now() - begun) / 1000)
    return true
  }

  function record(request: FastifyRequest, reply: FastifyReply, body: unknown): void {
    const { configuration, method, url } = request
    const { hold } = reply
    if (!hold || !configuration || method !== 'GET' || reply.statusCode !== 200) return
    if (typeof body !== 'string' && !Buffer.isBuffer(body)) return
    if (!seen.has(url)) return void seen.set(url, true)
    const path = findPath(url)
    if (path === undefined) return
    const headers = reply.getHeaders()
    const head = Object.entries(headers).flatMap(([name, value]) => [name, String(value)])
    head.push('content-length', String(Buffer.byteLength(body)))
    const coding: ContentCoding = headers['content-encoding'] === 'gzip' ? 'gzip' : 'identity'
    const isVaried = headers.vary !== undefined
    const variants = { [coding]: { head, body, limit: findLimit(request, head) } }
    const answer: Answer = { ...hold, path, configuration, variants, isVaried }
    if (!isValid(answer)) return
    const present = answers.get(url)
    // Both are from the same sources, if both are valid now.
    if (isVaried && present && isValid(present)) answer.variants = { ...present.variants, ...variants }
    answers.set(url, answer)
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
  precede(app.server, repeat)
}
