/** Operations on the Trust Anchor as a whole. */
import type { Caller } from '#server/caller.ts'
import { toPublish } from '#server/publish/outbox.ts'
import type { RebuildResult } from '#server/publish/rebuild.ts'
import type { ServiceContext } from '#server/services/index.ts'
import { UnavailableError } from '#server/services/operation-error.ts'
import { readSettings } from '#server/settings.ts'

export function createTrustAnchorService({ db, entityId, publisher, publishing, write }: ServiceContext) {
  return {
    /** Signs and publishes the Entity Configuration and the historical keys anew. */
    async regenerateEntityConfiguration(caller: Caller) {
      return write(caller, async (tx) => ({
        action: 'regenerateEntityConfiguration',
        resourceType: 'TrustAnchor',
        resource: entityId,
        publish: [toPublish('entity-configuration'), toPublish('historical-keys')],
        result: await readSettings(tx),
      }))
    },

    /** Writes everything anew beside what is published, and swaps. @throws UnavailableError when Redis is away */
    async rebuildPublication(caller: Caller): Promise<RebuildResult> {
      const result = await publisher.rebuild().catch((error: unknown) => {
        if (publishing.redis.status === 'ready') throw error
        throw new UnavailableError('Redis cannot be reached; what is pending is published when it is back.')
      })
      await write(caller, async () => ({
        action: 'rebuildPublication',
        resourceType: 'TrustAnchor',
        resource: entityId,
        after: result,
        result: undefined,
      }))
      return result
    },

    settings: () => readSettings(db),
  }
}
