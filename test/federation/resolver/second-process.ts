/** A second process of the Trust Anchor under test: an app with its own connection, memory and fetcher. */
import { buildApp } from '#federation/anchors/app.ts'
import { createClientAuthenticator } from '#federation/client/authenticator.ts'
import { createAuthMethods, createOwnMetadata } from '#federation/client/own-metadata.ts'
import { createResolver } from '#federation/resolver/resolver.ts'
import { createFetcher } from '#fetcher/fetcher.ts'
import { createAnswerCache } from '#store/answer-cache.ts'
import { connectRedis, waitForRedis } from '#store/connect.ts'
import { createCursorKey } from '#store/cursor-key.ts'
import { createReader } from '#store/reader.ts'
import { createReplayGuard } from '#store/replay.ts'
import { createStatementCache } from '#store/statement-cache.ts'
import type { TrustAnchor } from '../trust-anchor.ts'

export async function startSecondProcess({ redis, parts }: TrustAnchor) {
  const connection = connectRedis(redis.url)
  await waitForRedis(connection, 10_000)
  const place = { redis: connection }
  const reader = createReader(place)
  const fetcher = createFetcher({ allowHttp: true })
  const ownMetadata = createOwnMetadata(reader)
  const caches = { statements: createStatementCache(place), answers: createAnswerCache(place) }
  const own = { ...parts, reader, fetcher, ...caches, cursorKey: createCursorKey({ ...place, reader }) }
  const app = buildApp({
    ...own,
    resolver: createResolver(own),
    clients: createClientAuthenticator({ ...own, replays: createReplayGuard(place) }),
    authMethods: createAuthMethods(ownMetadata),
    ownMetadata,
    version: '0.0.0-second',
  })
  return {
    app,
    async close() {
      await app.close()
      reader.close()
      await fetcher.close()
      connection.disconnect()
    },
  }
}
