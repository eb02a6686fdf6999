/** A worker of one anchor inside the command, for when no other process works on its runs. */
import { pino } from 'pino'
import { startAnchor } from '#server/anchors/anchor.ts'
import { readServerConfig } from '#server/config/config.ts'
import { connectBackend } from '#server/process/backend.ts'
import { createServerLog } from '#server/process/log.ts'
import type { OpenAnchor } from '#server/process/open-anchor.ts'

export type OwnWorker = { close(): Promise<void> }

/** Publishes to the configured Redis. An embedded Redis is refilled by the next `npm start`. */
export async function startOwnWorker({ isServed, config, ...identity }: OpenAnchor): Promise<OwnWorker> {
  await using opened = new AsyncDisposableStack()
  const redis = isServed ? null : await startRedis()
  if (redis) opened.defer(redis.close)
  const log = createServerLog('error', pino.destination(process.stderr.fd))
  const backend = await connectBackend(redis ? config : readServerConfig(), log, {
    isWorker: true,
    ...(redis ? { connectRedis: redis.connect } : {}),
  })
  opened.defer(backend.close)
  // A server publishes the keys of its superiors here again, within seconds of its start.
  const anchor = await startAnchor(backend, identity, () => undefined)
  opened.defer(anchor.close)
  await anchor.startWorker({ keepsSchedules: false })
  const owned = opened.move()
  return { close: () => owned.disposeAsync() }
}

/** Imported on demand, because production images do not contain it. */
async function startRedis() {
  const { startEmbeddedRedis } = await import('#server/embedded/redis.ts')
  return startEmbeddedRedis()
}
