/** Answers from memory and from the files of an export while Redis is away, and says how old each answer is (RFC 9111, 5.1). */
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { decodeProtectedHeader } from 'jose'
import { ENTITY_CONFIGURATION_PATH } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { isStoreOutage } from '#store/outage.ts'
import { type MediaType, send } from '../http/answer.ts'
import { sendError } from '../http/error-handler.ts'
import { NotCrawledError } from '../routes/collection.ts'
import type { Deps } from '../routes/deps.ts'
import { createFileSource } from './files.ts'
import { createMemorySource } from './memory.ts'
import type { Answer } from './source.ts'
import { watchOutages } from './watch.ts'
import { createWithdrawals } from './withdrawals.ts'

export type OutageAnswers = ReturnType<typeof createOutageAnswers>

type Options = {
  deps: Deps
  /** The folder of an export; undefined: none. */
  folder: string | undefined
  logger: FastifyBaseLogger
}

/** Headers that an answer keeps. The app sets the others. */
const kept = ['cache-control', 'etag'] as const

export function createOutageAnswers({ deps, folder, logger }: Options) {
  const { reader, entityId, keys, now } = deps
  const withdrawals = createWithdrawals(Date.now)
  reader.onChange(withdrawals.note)
  const memory = createMemorySource(deps)
  const files =
    folder === undefined ? undefined : createFileSource({ entityId, path: folder, keys, now, withdrawals })
  let described = Promise.resolve()
  /** Requests without an answer, since the outage began. */
  let refused = 0
  const watch = watchOutages({
    reader,
    onStart(isEmpty) {
      described = describe(isEmpty).then(
        (text) => logger.warn(text),
        (err: unknown) => logger.error({ err }, 'Redis is away, and the last answers cannot be read'),
      )
    },
    onEnd(milliseconds) {
      logger.info({ milliseconds: Math.round(milliseconds), refused }, 'Redis answers again')
      refused = 0
    },
  })

  async function describe(isEmpty: boolean): Promise<string> {
    const place = `from memory${files ? ' and from the files of the export' : ''}`
    const known = await findKnown()
    const state = isEmpty ? 'Redis has nothing that is published' : 'Redis is away'
    return known ? `${state}. Answers are ${place}, as of ${known}.` : `${state}, and no answer is known.`
  }

  /** As of when the Entity Configuration is answered. */
  async function findKnown(): Promise<string | undefined> {
    const answer = await find(ENTITY_CONFIGURATION_PATH)
    return answer && new Date(answer.at * 1000).toISOString()
  }

  /** What is newer counts: what the newer files lack is not answered with what memory has. */
  async function find(url: string): Promise<Answer | undefined> {
    const [inMemory, inFiles] = await Promise.all([memory.answer(url), files?.answer(url)])
    const least = inFiles?.at ?? (await files?.at()) ?? -Infinity
    for (const answer of [inMemory, inFiles])
      if (answer && answer.at >= least && !isOfRevokedKey(answer)) return answer
    return undefined
  }

  /** As the key directory says. */
  function isOfRevokedKey({ body, headers }: Answer): boolean {
    if (headers['content-type'] === 'application/json') return false
    const { kid } = decodeProtectedHeader(body.toString())
    return keys().historical.some((key) => key.kid === kid && key.revoked !== undefined)
  }

  /** False: there is no answer. */
  async function answer({ method, url }: FastifyRequest, reply: FastifyReply): Promise<boolean> {
    if (method !== 'GET' && method !== 'HEAD') return false
    const found = await find(url)
    if (!found) return false
    for (const name of kept) {
      const value = found.headers[name]
      if (value !== undefined) reply.header(name, value)
    }
    reply.header('age', Math.max(0, Math.round(Date.now() / 1000 - found.at)))
    const type = found.headers['content-type'] as MediaType // a route set it
    await send(reply.code(200), found.body, type)
    return true
  }

  /** Whether Redis is why: it does not answer, or lost what was published. */
  async function isOutage(error: unknown): Promise<boolean> {
    if (isStoreOutage(error)) {
      watch.begin()
      return true
    }
    return (
      error instanceof FederationError && error.code === 'temporarily_unavailable' && (await watch.look())
    )
  }

  return {
    /** For its routes: before each request of an outage, and after each failure because of one. */
    install(app: FastifyInstance): void {
      // Without a promise for each request.
      app.addHook('onRequest', (request, reply, done) => {
        if (!watch.isAway()) return done()
        answer(request, reply).then((isAnswered) => {
          if (!isAnswered) done()
        }, done)
      })
      app.setErrorHandler(async (error, request, reply) => {
        const isAway = await isOutage(error)
        // Redis was emptied: until the next crawl the files have the last one.
        if (isAway || error instanceof NotCrawledError) {
          if (await answer(request, reply)) return reply
          if (isAway) refused += 1
        }
        return sendError(error, request, reply)
      })
    },
    /** Undefined while Redis is there, or if nothing can be answered. */
    async describe(): Promise<string | undefined> {
      const known = watch.isAway() ? await findKnown() : undefined
      return known && `Redis is away. Answers are as of ${known}.`
    },
    async close(): Promise<void> {
      watch.close()
      await described
      await Promise.all([memory.close(), files?.close()])
    },
  }
}
