/** Opens all that one anchor has for itself: reader, fetcher, caches, resolver, and the app with its endpoints. */
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Redis } from 'ioredis'
import type { Registry } from 'prom-client'
import type { EntityId } from '#core/entity-id.ts'
import { createFetcher } from '#fetcher/fetcher.ts'
import { checkPort } from '#fetcher/guard.ts'
import { createAnswerCache } from '#store/answer-cache.ts'
import type { ChangeChannels } from '#store/change.ts'
import { createCursorKey } from '#store/cursor-key.ts'
import { createPushedKeys } from '#store/pushed-keys.ts'
import { createQuestions } from '#store/questions.ts'
import { createReader, type Reader } from '#store/reader.ts'
import { createReplayGuard } from '#store/replay.ts'
import { createStatementCache } from '#store/statement-cache.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { createClientAuthenticator } from '../client/authenticator.ts'
import { createAuthMethods, createOwnMetadata } from '../client/own-metadata.ts'
import type { FederationConfig } from '../config/config.ts'
import type { KeyStores } from '../key-store/stores.ts'
import { createObserver } from '../metrics/observer.ts'
import { createOutageAnswers } from '../outage/answers.ts'
import { createResolveAhead, type ResolveAhead } from '../resolver/ahead.ts'
import { createMemberChanges } from '../resolver/member-changes.ts'
import { createResolver } from '../resolver/resolver.ts'
import { isTrustedEntity } from '../resolver/trusted-entity.ts'
import type { Deps } from '../routes/deps.ts'
import { createAnswerSigner } from './answer-signer.ts'
import { type AppOptions, buildApp } from './app.ts'
import type { Keys } from './keys.ts'

/** What the anchors of a process share. */
export type SharedParts = {
  config: Pick<
    FederationConfig,
    | 'allowHttp'
    | 'fetchPorts'
    | 'trustedProxies'
    | 'resolveRateLimit'
    | 'collectionRateLimit'
    | 'questionRateLimit'
    | 'exportFolder'
  >
  stores: KeyStores
  redis: Redis
  changes: ChangeChannels
  tls: AppOptions['tls'] | undefined
  /** What each of them publishes, by its Entity Identifier. Absent where only one is of interest. */
  hosted?: Map<EntityId, Reader>
}

export type AnchorOptions = Pick<Deps, 'entityId' | 'isFirst'> & {
  /** The prefix of its keys in Redis. */
  prefix: string
  /** Closed with the anchor. */
  keys: Keys
  logger: FastifyBaseLogger
  /** Undefined if metrics are off. */
  registry: Registry | undefined
  /** Whether it answers while Redis is away. An export must know that nothing is known. */
  bridgesOutages: boolean
  /** Bytes of each kind of published JWT that is held in memory. */
  maxJwtBytes?: number
  /** Bytes of the lists that each endpoint holds. */
  maxBodyBytes?: number
}

/** `close` finishes pending requests. */
export type Anchor = { app: FastifyInstance; close(): Promise<void> }

export function openAnchor(
  {
    entityId,
    isFirst,
    prefix,
    keys: files,
    logger,
    registry,
    maxJwtBytes,
    maxBodyBytes,
    ...anchor
  }: AnchorOptions,
  { config, redis, changes, tls, hosted }: SharedParts,
): Anchor & Pick<Deps, 'reader' | 'signer' | 'authMethods'> & { resolveAhead: ResolveAhead } {
  const { allowHttp, fetchPorts, trustedProxies } = config
  const { resolveRateLimit, collectionRateLimit, questionRateLimit } = config
  const observe = createObserver(registry)
  const keys = observe.keys(files.current)
  const store = { redis, prefix }
  const reader = createReader({ ...store, changes, maxJwtBytes })
  hosted?.set(entityId, reader)
  const { version } = packageJson
  const portGuard = { ports: fetchPorts, isTrusted: (entity: string) => isTrustedEntity(entity, { reader }) }
  const fetcher = observe.fetcher(createFetcher({ allowHttp, userAgent: `inmor/${version}`, portGuard }))
  const ownMetadata = createOwnMetadata(reader)
  const now = () => Math.floor(Date.now() / 1000)
  const signer = createAnswerSigner({ keys, reader, logger })
  const common = { entityId, allowHttp, reader, keys, signer, now }
  const authMethods = createAuthMethods(ownMetadata)
  const finding = {
    ...common,
    hosted: (id: EntityId) => hosted?.get(id),
    fetcher,
    statements: observe.statements(createStatementCache(store)),
  }
  const questions = createQuestions(store)
  const deps: Deps = {
    ...common,
    isFirst,
    resolver: createResolver({
      ...finding,
      answers: createAnswerCache(store),
      onFetched: createMemberChanges({ reader, questions }),
      onLookup: observe.lookup,
      onMarksLeftOut: (finding) => logger.warn(finding),
    }),
    clients: createClientAuthenticator({ ...finding, replays: createReplayGuard(store) }),
    authMethods,
    ownMetadata,
    questions,
    pushedKeys: createPushedKeys(store),
    checkPort: async (entity) => void (allowHttp || (await checkPort(entity, entity, portGuard))),
    cursorKey: createCursorKey({ ...store, reader }),
    version,
    maxBodyBytes,
  }
  // An export belongs to the first anchor.
  const folder = isFirst ? config.exportFolder : undefined
  const outage = anchor.bridgesOutages ? createOutageAnswers({ deps, folder, logger }) : undefined
  const app = buildApp(
    { ...deps, outage: outage?.describe },
    {
      logger,
      ...(outage ? { outage } : {}),
      trustedProxies,
      resolveRateLimit,
      collectionRateLimit,
      questionRateLimit,
      ...(tls ? { tls } : {}),
    },
  )
  observe.app(app, common)
  return {
    app,
    reader,
    signer,
    authMethods,
    resolveAhead: createResolveAhead(common),
    async close() {
      if (hosted?.get(entityId) === reader) hosted.delete(entityId)
      await app.close()
      await outage?.close()
      files.close()
      reader.close()
      await fetcher.close()
    },
  }
}
