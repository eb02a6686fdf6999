/** Compares Redis with the database as the schedule does, for tests. */
import { systemClock } from '#server/clock.ts'
import { type DriftCount, repairDrift } from '#server/publish/drift/repair.ts'
import { openSigningKeys } from '#server/publish/signing-keys.ts'
import { redisKeys } from '#store/keys.ts'
import type { TestAdmin } from '#test/helpers/admin.ts'

export type DriftRepair = { repair(): Promise<DriftCount>; close(): void }

export async function openDriftRepair({ config, entityId, redis, server }: TestAdmin): Promise<DriftRepair> {
  const { db, publisher } = server
  const signingKeys = await openSigningKeys({
    directory: config.keysDirectory,
    historicalDirectory: config.historicalKeysDirectory,
    onError: () => {},
  })
  const context = { db, redis: redis.client, keys: redisKeys(), entityId, signingKeys, now: systemClock }
  return { repair: () => repairDrift(context, publisher), close: () => signingKeys.close() }
}
