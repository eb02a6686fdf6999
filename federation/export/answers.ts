/** Asks the app of an anchor, so that a file has the bytes that the server would send to anyone. */
import type { FastifyInstance } from 'fastify'
import { FederationError } from '#core/errors.ts'
import { isCurrent, type PublishedJwt } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'
import type { AuthMethods } from '../client/own-metadata.ts'
import type { PublishedSource } from '../http/published-source.ts'
import type { ResolveAhead } from '../resolver/ahead.ts'

/** Nothing can be answered now, such as without Redis. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError'
}

type Query = Readonly<Record<string, string>>

/** `exp`: in unix seconds. Null: the answer has no end. Undefined: it was not read yet. */
export type Answer = { body: Buffer; exp?: number | null }

/**
 * Null: the server refuses it, or demands client authentication. Undefined: this answer has a fault, and what is there stays.
 * @throws NoAnswerError
 */
export type Ask = (path: string, query?: Query) => Promise<Answer | null | undefined>

/** The same for the response of /resolve about a subordinate; the earlier one stays while it has what is published. */
export type AskResolved = (sub: string, earlier: Buffer | null) => Promise<Answer | null | undefined>

type Options = {
  reader: Pick<Reader, 'peek'>
  now: () => number
  /** Gets each answer that has a fault. */
  onFault(path: string, query: Query, body: string): void
}

/** Before the app is ready. */
export function createAsk(app: FastifyInstance, { reader, now, onFault }: Options): Ask {
  const sources = new Map<string, PublishedSource>()
  /** Who may ask depends on the Entity Configuration (§8.8): the one with which a route has answered. */
  const open = new Map<string, PublishedJwt>()
  app.addHook('onRoute', ({ url, method, config }) => {
    if (method === 'GET' && config?.published) sources.set(url, config.published)
  })

  /** What the route would send, with a tenth of its work; undefined: the route is to say. */
  async function read(path: string, query: Query): Promise<PublishedJwt | undefined> {
    const configuration = open.get(path)
    if (!configuration || reader.peek.entityConfiguration() !== configuration) return undefined
    try {
      const jwt = await sources.get(path)?.read(query)
      return jwt && isCurrent(jwt, now()) ? jwt : undefined
    } catch {
      return undefined
    }
  }

  return async (path, query = {}) => {
    const known = await read(path, query)
    if (known) return { body: Buffer.from(known.jwt), exp: known.expires ?? null }
    const { statusCode, rawPayload, body } = await app.inject({ url: path, query: { ...query } })
    if (statusCode === 503) throw new NoAnswerError(`${path} answered 503: ${body}`)
    if (statusCode >= 500) return void onFault(path, query, body)
    if (statusCode !== 200) return null
    const configuration = reader.peek.entityConfiguration()
    if (configuration && sources.has(path)) open.set(path, configuration)
    return { body: rawPayload }
  }
}

/** If anyone may ask /resolve (§8.8). */
export function createAskResolved(
  resolveAhead: ResolveAhead,
  authMethods: (name: 'resolve') => Promise<AuthMethods>,
): AskResolved {
  return async (sub, earlier) => {
    try {
      if (!(await authMethods('resolve')).anonymous) return null
      const text = earlier?.toString() ?? null
      const response = await resolveAhead(sub, text)
      if (!response) return null
      const { jwt, exp } = response
      return { body: earlier && jwt === text ? earlier : Buffer.from(jwt), exp }
    } catch (error) {
      if (!(error instanceof FederationError)) throw error
      throw new NoAnswerError(error.message)
    }
  }
}
