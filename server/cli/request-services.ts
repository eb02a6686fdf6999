/** Opens the services of requests for a command. What they change is queued, and the server publishes it. */
import { openAnchorParts } from '#server/cli/anchor-parts.ts'
import { createEvents } from '#server/live/events.ts'
import type { OpenAnchor } from '#server/process/open-anchor.ts'
import { createRequestServices } from '#server/services/index.ts'
import type { RequestService } from '#server/services/request/requests.ts'
import { createWriter } from '#server/services/write.ts'
import { anchorPlace } from '#store/anchors.ts'
import { connectRedis } from '#store/connect.ts'
import { createReader } from '#store/reader.ts'

export type OpenRequests = { requests: RequestService; close(): Promise<void> }

/** No command reaches the embedded Redis of `npm start`: announcements are lost then, and reads fail. */
export async function openRequests(anchor: OpenAnchor): Promise<OpenRequests> {
  await using opened = new AsyncDisposableStack()
  const { db, slug, entityId, allowHttp, mail, now, config } = anchor
  const { redisKeyPrefix: prefix } = anchorPlace(config, slug)
  const { signingKeys, fetcher, close } = await openAnchorParts(anchor)
  opened.defer(close)
  const [redis, subscriber] = [connectRedis(config.redisUrl), connectRedis(config.redisUrl)]
  opened.defer(() => {
    redis.disconnect()
    subscriber.disconnect()
  })
  const events = createEvents(redis, subscriber, prefix)
  opened.defer(events.close)
  const reader = createReader({ redis, prefix })
  opened.defer(reader.close)
  const { requests } = createRequestServices({
    ...{ db, slug, entityId, allowHttp, mail, now, signingKeys, fetcher, events, reader },
    publisher: { flush: async () => {} },
    write: createWriter(db),
  })
  const owned = opened.move()
  return { requests, close: () => owned.disposeAsync() }
}
