/** The publication of an admin server under test, as its schedules use it. */
import type { PublishContext } from '#server/publish/context.ts'
import { openSigningKeys } from '#server/publish/signing-keys.ts'
import { openKeyStores } from '#server/publish/stored-keys.ts'
import { redisKeys } from '#store/keys.ts'
import type { TestAdmin } from '#test/helpers/admin.ts'

export async function openPublishing({ config, entityId, redis, server }: TestAdmin) {
  const stores = openKeyStores(config)
  const signingKeys = await openSigningKeys({
    directory: config.keysDirectory,
    historicalDirectory: config.historicalKeysDirectory,
    stores,
    onError: () => {},
  })
  const { db, now } = server
  const context: PublishContext = { db, redis: redis.client, keys: redisKeys(), entityId, signingKeys, now }
  return {
    context,
    close() {
      signingKeys.close()
      stores.close()
    },
  }
}
