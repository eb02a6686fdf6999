/** A Trust Anchor under test: the app on a real Redis, with its own key and an adjustable clock. */
import type { FastifyInstance } from 'fastify'
import { beforeAll } from 'vitest'
import type { HistoricalKey } from '#core/historical-keys.ts'
import { createLocalSigner } from '#core/jws.ts'
import { generateSigningKey, type Jwk, type SigningAlgorithm, toPublicJwk } from '#core/keys.ts'
import { type AppOptions, buildApp } from '#federation/anchors/app.ts'
import { createClientAuthenticator } from '#federation/client/authenticator.ts'
import { createAuthMethods, createOwnMetadata } from '#federation/client/own-metadata.ts'
import { type CrawlOptions, crawlFederation } from '#federation/collection/crawl.ts'
import { createMemberChanges } from '#federation/resolver/member-changes.ts'
import { createResolver } from '#federation/resolver/resolver.ts'
import { isTrustedEntity } from '#federation/resolver/trusted-entity.ts'
import { createFetcher } from '#fetcher/fetcher.ts'
import { checkPort } from '#fetcher/guard.ts'
import type { FetchLimits } from '#fetcher/limits.ts'
import { createAnswerCache } from '#store/answer-cache.ts'
import { createChangeChannels } from '#store/change.ts'
import { connectRedis, waitForRedis } from '#store/connect.ts'
import { createCursorKey } from '#store/cursor-key.ts'
import type { KeyDirectory } from '#store/key-directory.ts'
import { createPushedKeys } from '#store/pushed-keys.ts'
import { createQuestions } from '#store/questions.ts'
import { createReader } from '#store/reader.ts'
import { createReplayGuard } from '#store/replay.ts'
import { createStatementCache } from '#store/statement-cache.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { startRedis, type TestRedis } from '#test/helpers/redis.ts'
import { createPublisher, entityId } from './publisher.ts'

export { entityId }

export type TrustAnchor = Awaited<ReturnType<typeof startTrustAnchor>>

type Options = AppOptions & {
  alg?: SigningAlgorithm
  prefix?: string
  limits?: Partial<FetchLimits>
  /** As in production when false; true by default. */
  allowHttp?: boolean
  fetchPorts?: number[]
  /** Another kind of Redis, which is closed with the Trust Anchor. */
  redis?: TestRedis
}

export async function startTrustAnchor(options: Options = {}) {
  const {
    alg = 'ES256',
    prefix = '',
    limits = {},
    allowHttp = true,
    fetchPorts = [],
    redis: _,
    ...appOptions
  } = options
  const redis = options.redis ?? (await startRedis())
  const key = await generateSigningKey(alg)
  const keyDirectory: KeyDirectory = {
    signer: await createLocalSigner(key),
    listed: [{ jwk: toPublicJwk(key), role: 'current', file: 'private.json', store: 'files' }],
    published: { keys: [toPublicJwk(key)] },
    statementKeys: { keys: [toPublicJwk(key)] },
    historical: [],
    warnings: [],
  }
  /** Seconds by which the server's clock is ahead of the present, or of the time at which it was stopped. */
  const clock: { ahead: number; stoppedAt?: number } = { ahead: 0 }
  const now = () => (clock.stoppedAt ?? Math.floor(Date.now() / 1000)) + clock.ahead
  const connection = connectRedis(redis.url)
  await waitForRedis(connection, 10_000)
  const changes = createChangeChannels(connection)
  const reader = createReader({ redis: connection, prefix, changes })
  const portGuard = {
    ports: fetchPorts,
    isTrusted: (entity: string) => isTrustedEntity(entity, { reader }),
  }
  const fetcher = createFetcher({ allowHttp, limits, portGuard })
  /** A changed key directory is another object, as in the product. */
  const current = { directory: keyDirectory }
  const keys = () => current.directory
  const signer = async () => keys().signer
  const common = { entityId, isFirst: true, allowHttp, reader, keys, signer, now }
  const place = { redis: connection, prefix }
  const ownMetadata = createOwnMetadata(reader)
  const asking = {
    ownMetadata,
    questions: createQuestions(place),
    pushedKeys: createPushedKeys(place),
    checkPort: async (entity: string) => void (allowHttp || (await checkPort(entity, entity, portGuard))),
  }
  const caches = { statements: createStatementCache(place), answers: createAnswerCache(place) }
  const cursorKey = createCursorKey({ ...place, reader })
  const parts = { ...common, fetcher, ...caches, ...asking, cursorKey }
  const resolver = createResolver({ ...parts, onFetched: createMemberChanges(parts) })
  const replays = createReplayGuard(place)
  const clients = createClientAuthenticator({ ...parts, replays })
  const authMethods = createAuthMethods(ownMetadata)
  const publisher = createPublisher({ redis: redis.client, changes, prefix, key, now })
  const app = buildApp({ ...parts, resolver, clients, authMethods, version: '0.0.0-test' }, appOptions)
  return {
    app,
    redis: {
      ...redis,
      /** The app answers again then. Its connection waits for up to a second between attempts. */
      async restart() {
        await redis.restart()
        await waitForRedis(connection, 10_000)
      },
    },
    reader,
    key,
    keyDirectory,
    changeKeys(change: Partial<KeyDirectory>) {
      current.directory = { ...current.directory, ...change }
    },
    retireKeys(...historical: HistoricalKey[]) {
      current.directory = { ...current.directory, historical }
    },
    /** Publishes a key for answers in the key directory, as a file of `answer_keys` does. */
    addAnswersKey(answers: Jwk) {
      const { directory } = current
      const jwk = toPublicJwk(answers)
      const file = `answer_keys/${jwk.kid}.json`
      current.directory = {
        ...directory,
        listed: [...directory.listed, { jwk, role: 'answers', file, store: null }],
        published: { keys: [...directory.published.keys, jwk] },
      }
    },
    jwks: keyDirectory.published,
    clock,
    now,
    ...publisher,
    resolver,
    /** The parts of a second process of the same Trust Anchor. */
    parts,
    authMethods,
    /** Crawls a federation, by default the one below this Trust Anchor. */
    crawl: (changes: Partial<CrawlOptions> = {}) =>
      crawlFederation({ ...common, trustAnchor: entityId, redis: connection, prefix, fetcher, ...changes }),
    get: (path: string, parameters: Record<string, string> = {}) => get(app, path, parameters),
    async close() {
      await app.close()
      reader.close()
      publisher.close()
      await fetcher.close()
      connection.disconnect()
      await redis.close()
    },
  }
}

/** Of the test file, or of its `describe`. */
export const trustAnchorInFile = (options: Options = {}): TrustAnchor =>
  inFile(() => startTrustAnchor(options))

/** The same with its Entity Configuration published. */
export function configuredInFile(): TrustAnchor {
  const ta = trustAnchorInFile()
  beforeAll(() => ta.publishConfiguration())
  return ta
}

function get(app: FastifyInstance, path: string, query: Record<string, string>) {
  return app.inject({ method: 'GET', url: path, query })
}
