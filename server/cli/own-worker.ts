/** A worker inside the command, for when no other process works on runs. */
import { pino } from 'pino'
import { readServerConfig } from '#server/config/config.ts'
import { startBackend } from '#server/process/backend.ts'
import type { Installation } from '#server/process/installation.ts'
import { createServerLog } from '#server/process/log.ts'

export type OwnWorker = { close(): Promise<void> }

/** Publishes to the configured Redis. An embedded Redis is refilled by the next `npm start`. */
export async function startOwnWorker(installation: Installation): Promise<OwnWorker> {
  const redis = installation.isServed ? null : await startRedis()
  const config = redis ? embeddedConfig(installation) : readServerConfig()
  const log = createServerLog('error', pino.destination(process.stderr.fd))
  const backend = await startBackend(config, log, {
    isWorker: true,
    ...(redis ? { connectRedis: redis.connect } : {}),
  })
  await backend.anchors.startWorkers({ keepsSchedules: false })
  return {
    async close() {
      await backend.close()
      await redis?.close()
    },
  }
}

/** Imported on demand, because production images do not contain it. */
async function startRedis() {
  const { startEmbeddedRedis } = await import('#server/embedded/redis.ts')
  return startEmbeddedRedis()
}

/** The configuration that `npm start` would use. */
function embeddedConfig({ databaseUrl, keys, entityId, allowHttp }: Installation) {
  return {
    databaseUrl,
    redisUrl: '',
    redisKeyPrefix: '',
    keysDirectory: keys.directory,
    historicalKeysDirectory: keys.historicalDirectory,
    entityId,
    allowHttp,
  }
}
