/**
 * Answers with a published JWT, found in memory or in Redis, without Fastify. The head comes from an answer of the route.
 * All that is not a plain success is left to the route.
 */
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { isStoreOutage } from '#store/outage.ts'
import type { PublishedJwt } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'
import { FULL_CACHE_CONTROL, MAX_CACHE_AGE } from '../http/answer.ts'
import type { PublishedSource } from '../http/published-source.ts'
import { fillHead, type Head } from './head.ts'
import { readQuery } from './query.ts'

declare module 'node:http' {
  interface IncomingMessage {
    /** What the fast path met, with which the route answers. */
    failure?: unknown
  }
}

type Template = { configuration: PublishedJwt; head: Head }

export type PublishedAnswer = { head: string[]; body: string }

type Asked = { request: IncomingMessage; path: string; send(answer: PublishedAnswer): void; next(): void }

export type PublishedAnswers = {
  /** False: it is left to others. Otherwise `next` or `send` is called, now or later. */
  find(asked: Asked): boolean
  /** Takes the head of an answer of the route. `configuration`: when the request arrived. */
  learn(path: string, head: Head, configuration: PublishedJwt): void
}

type Options = { reader: Pick<Reader, 'peek'>; now: () => number; isOpen: () => boolean }

export function createPublishedAnswers(
  app: FastifyInstance,
  { reader, now, isOpen }: Options,
): PublishedAnswers {
  const sources = new Map<string, PublishedSource>()
  const templates = new Map<string, Template>()
  app.addHook('onRoute', ({ url, method, config }) => {
    if (method === 'GET' && config?.published) sources.set(url, config.published)
  })
  app.addHook('preHandler', (request, _reply, done) => {
    const { failure } = request.raw
    if (failure instanceof Error) done(failure)
    else done()
  })

  /** Client authentication (§8.8) depends on the Entity Configuration. */
  function findTemplate(path: string): Template | undefined {
    const template = templates.get(path)
    const isValid = isOpen() && template?.configuration === reader.peek.entityConfiguration()
    return isValid ? template : undefined
  }

  function fill({ head }: Template, { jwt, expires, etag }: PublishedJwt): PublishedAnswer | undefined {
    if (expires !== undefined && expires - MAX_CACHE_AGE <= now()) return undefined
    return { head: fillHead(head, etag, Buffer.byteLength(jwt)), body: jwt }
  }

  async function read(
    source: PublishedSource,
    parameters: Readonly<Record<string, string>>,
    { request, path, send, next }: Asked,
  ): Promise<void> {
    let answer: PublishedAnswer | undefined
    try {
      const jwt = await source.read(parameters)
      const template = findTemplate(path)
      answer = jwt && template && fill(template, jwt)
    } catch (error) {
      if (isStoreOutage(error)) request.failure = error
    }
    if (answer) send(answer)
    else next()
  }

  return {
    find(asked) {
      const { request, path, send } = asked
      const source = sources.get(path)
      const template = source && findTemplate(path)
      const parameters = template && readQuery(request.url?.slice(path.length + 1) ?? '', source.names)
      if (!parameters) return false
      const known = source.peek(parameters)
      const answer = known && fill(template, known)
      if (answer) send(answer)
      else void read(source, parameters, asked)
      return true
    },
    learn(path, head, configuration) {
      const isWhole = head.etagAt > 0 && head.sent.includes(FULL_CACHE_CONTROL)
      if (sources.has(path) && isWhole) templates.set(path, { configuration, head })
    },
  }
}
