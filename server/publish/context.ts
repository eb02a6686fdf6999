/** The dependencies of publishing: the database, Redis, the keys and the identifier of this anchor. */
import type { Redis } from 'ioredis'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import type { Hosted } from '#server/publish/pins.ts'
import type { SigningKeys } from '#server/publish/signing-keys.ts'
import type { RedisKeys } from '#store/keys.ts'

export type PublishContext = {
  db: Database
  redis: Redis
  keys: RedisKeys
  /** Entity Identifier of this Trust Anchor. */
  entityId: string
  signingKeys: SigningKeys
  hosted?: Hosted
  now: Clock
}

/** Callbacks of the publisher for metrics. */
export type PublicationObserver = {
  /** An object was published; `queued` has the creation times of its outbox entries. */
  published(topic: string, queued: readonly Date[]): void
  /** Publication failed; the object stays pending. */
  failed(topic: string): void
}
