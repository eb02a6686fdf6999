/**
 * Repeats answers before Fastify sees the request: a lookup by URL, and one write of a prebuilt head and body. Routes say
 * while which their answer holds. Everything unusual is left to the routes, which stay as they are.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { createRecent } from '#core/recent.ts'
import type { PublishedJwt } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'
import { type ContentCoding, chooseCoding } from '../http/content-coding.ts'
import { type First, precede } from '../http/precede.ts'
import { createSharedHeads, describeHead, fillHead, type Head } from './head.ts'
import { count, findLimit } from './limit.ts'
import { createPublishedAnswers, type PublishedAnswer } from './published.ts'
import { findPath, isUnusual } from './table.ts'

/** While which a repeated answer holds, besides the Entity Configuration, which decides who may ask (§8.8). */
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
    configuration: PublishedJwt | null | undefined
  }
  interface FastifyReply {
    /** Undefined if the answer must not be repeated. */
    hold: Hold | undefined
  }
  interface FastifyInstance {
    onRepeatedAnswer(listener: OnAnswer): void
  }
}

/** Without an entity tag it is empty. */
type Variant = { head: Head; etag: string; body: string | Buffer; length: number }

type Answer = Hold & {
  path: string
  configuration: PublishedJwt
  /** Only `identity`, unless the answer varies by the codings that the client accepts. */
  variants: Partial<Record<ContentCoding, Variant>>
  isVaried: boolean
}

const MAX_BYTES = 96 * 1024 * 1024
/** Bytes of an answer beyond its URL and body. */
const OVERHEAD = 1_024

function pathOf(url: string): string {
  const at = url.indexOf('?')
  return at < 0 ? url : url.slice(0, at)
}

/** URLs that are remembered from their first request: one that comes once leaves no answer behind. */
const MAX_SEEN = 100_000

type Deps = {
  reader: Pick<Reader, 'peek'>
  now: () => number
  /** The client, as rate limits count it. */
  address: (request: IncomingMessage) => string
}

export function installFastPath(app: FastifyInstance, { reader, now, address }: Deps, isOn: boolean): void {
  const listeners: OnAnswer[] = []
  app.decorate('onRepeatedAnswer', (listener) => void listeners.push(listener))
  app.decorateRequest('configuration', undefined)
  app.decorateReply('hold', undefined)
  if (!isOn) return
  let isClosing = false
  app.addHook('preClose', async () => {
    isClosing = true
  })
  const published = createPublishedAnswers(app, { reader, now, isOpen: () => !isClosing })
  const answers = new LRUCache<string, Answer>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ variants }, url) =>
      Object.values(variants).reduce((sum, { body }) => sum + OVERHEAD + body.length, url.length),
  })
  const shareHead = createSharedHeads()
  const seen = createRecent<true>({ maxSize: MAX_SEEN, sizeOf: () => 1 })

  function isValid({ configuration, isSame, until }: Answer): boolean {
    return until > now() && reader.peek.entityConfiguration() === configuration && isSame()
  }

  function send(
    { method = '' }: IncomingMessage,
    response: ServerResponse,
    { path, head, body, begun }: { path: string; head: string[]; body: string | Buffer; begun: number },
  ): void {
    response.writeHead(200, head)
    response.end(method === 'HEAD' ? undefined : body)
    for (const listener of listeners) listener(path, method, (performance.now() - begun) / 1000)
  }

  function repeat(request: IncomingMessage, response: ServerResponse, begun: number): boolean {
    const { url = '', headers } = request
    const answer = answers.get(url)
    if (!answer) return false
    if (!isValid(answer)) {
      answers.delete(url)
      return false
    }
    const coding = answer.isVaried ? chooseCoding(headers['accept-encoding']) : 'identity'
    const variant = answer.variants[coding]
    if (!variant) return false
    const { body, head: shared } = variant
    const head = fillHead(shared, variant.etag, variant.length)
    if (shared.limit && !count(shared.limit, head, address(request))) return false
    send(request, response, { path: answer.path, head, body, begun })
    answer.onRepeat?.()
    return true
  }

  const answer: First = (request, response, next) => {
    const { method, headers, url = '' } = request
    if (isClosing || (method !== 'GET' && method !== 'HEAD') || isUnusual(headers)) return false
    const begun = performance.now()
    const path = pathOf(url)
    const sendFound = ({ head, body }: PublishedAnswer) =>
      send(request, response, { path, head, body, begun })
    return published.find({ request, path, send: sendFound, next }) || repeat(request, response, begun)
  }

  function record(request: FastifyRequest, reply: FastifyReply, body: unknown): void {
    const { configuration, method, url, routeOptions } = request
    const { hold } = reply
    const isPublished = routeOptions.config.published !== undefined
    if (!configuration || method !== 'GET' || reply.statusCode !== 200 || !(hold || isPublished)) return
    if (typeof body !== 'string' && !Buffer.isBuffer(body)) return
    if (hold && !seen.get(url)) return void seen.set(url, true)
    const headers = reply.getHeaders()
    if (headers.age !== undefined) return // Redis is away
    const length = Buffer.byteLength(body)
    const values = Object.entries(headers).flatMap(([name, value]) => [name, String(value)])
    const sent = [...values, 'content-length', String(length)]
    if (!hold) return void published.learn(String(routeOptions.url), describeHead(sent), configuration)
    const path = findPath(url)
    if (path === undefined) return
    const coding: ContentCoding = headers['content-encoding'] === 'gzip' ? 'gzip' : 'identity'
    const isVaried = headers.vary !== undefined
    const etag = String(headers.etag ?? '')
    const head = shareHead(path, describeHead(sent, findLimit(request, sent)))
    const variants = { [coding]: { head, etag, body, length } }
    const { isSame, until, onRepeat } = hold
    const answer: Answer = { isSame, until, onRepeat, path, configuration, variants, isVaried }
    if (!isValid(answer)) return
    const present = answers.get(url)
    // Both are from the same sources, if both are valid now.
    if (isVaried && present && isValid(present)) answer.variants = { ...present.variants, ...variants }
    answers.set(url, answer)
  }

  app.addHook('onRequest', (request, _reply, done) => {
    request.configuration = reader.peek.entityConfiguration()
    done()
  })
  // The last one, so that it sees every header.
  app.addHook('onSend', (request, reply, body, done) => {
    record(request, reply, body)
    done(null, body)
  })
  precede(app.server, answer)
}
