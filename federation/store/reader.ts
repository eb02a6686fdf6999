/** All that the routes may see of Redis: typed reads, held in memory for as long as nothing changes. */

import type { Redis } from 'ioredis'
import type { EntityId } from '#core/entity-id.ts'
import type { JwkSet } from '#core/keys.ts'
import type { Change } from './change.ts'
import { subscribeToChanges } from './change-subscription.ts'
import { type CollectionReader, createCollectionReader } from './collection-reader.ts'
import { redisKeys } from './keys.ts'
import { storeError } from './outage.ts'
import { type PublishedJwt, readPublishedJwt } from './published-jwt.ts'
import { createMemory, forget } from './reader-memory.ts'
import { parseSubordinateEvents, type SubordinateEvent } from './subordinate-event.ts'
import type { Subordinate } from './subordinate-reader.ts'
import { readSummary, type Summary } from './summary.ts'
import { readTrustAnchors } from './trust-anchor-reader.ts'
import {
  type IssuedTrustMark,
  readTrustMark,
  readTrustMarkHolders,
  readTrustMarkStanding,
  readTrustMarksOf,
  type TrustMarkHolder,
  type TrustMarkStanding,
} from './trust-mark-reader.ts'

/** Each method throws FederationError `temporarily_unavailable` while Redis is away. */
export type Reader = {
  /** The Trust Anchor's Entity Configuration (§9). */
  entityConfiguration(): Promise<PublishedJwt | undefined>
  /** The signed historical key set (§8.7). */
  historicalKeys(): Promise<PublishedJwt | undefined>
  /** The Subordinate Statement about an Immediate Subordinate (§8.1). */
  subordinateStatement(id: EntityId): Promise<PublishedJwt | undefined>
  /** The Entity Configuration of an Immediate Subordinate, as last fetched; it may have expired since. */
  subordinateConfiguration(id: EntityId): Promise<PublishedJwt | undefined>
  /** Every Immediate Subordinate, sorted by identifier (§8.2). */
  subordinates(): Promise<readonly Subordinate[]>
  /** What happened to the registration of an entity, the oldest first; undefined when nothing is recorded of it. */
  subordinateEvents(id: EntityId): Promise<readonly SubordinateEvent[] | undefined>
  /** The mark of the type for the subject, if it was not revoked; it may have expired (§8.6). */
  trustMark(type: string, subject: EntityId): Promise<PublishedJwt | undefined>
  /** Every mark issued to the subject and not revoked; some may have expired. */
  trustMarksOf(subject: EntityId): Promise<readonly IssuedTrustMark[]>
  trustMarkHolders(type: string): Promise<readonly TrustMarkHolder[]>
  trustMarkTypes(): Promise<string[]>
  /** How one JWT stands among the marks we issued (§8.4). */
  trustMarkStanding(jwt: string): Promise<TrustMarkStanding>
  /** Pinned keys of the foreign Trust Anchors under which we resolve (§10). */
  trustAnchors(): Promise<ReadonlyMap<EntityId, JwkSet>>
  /** What the last walk of the federation found. */
  collection: CollectionReader
  summary(): Promise<Summary>
  ping(): Promise<void>
  /** Tells `listener` of each change after the reader has forgotten what it touches. */
  onChange(listener: (change: Change) => void): void
  close(): void
}

/** Reads through `redis`, which stays the caller's; `close` ends only the reader's own subscription. */
export function createReader({ redis, prefix = '' }: { redis: Redis; prefix?: string }): Reader {
  const keys = redisKeys(prefix)
  const memory = createMemory(redis, keys)
  const collection = createCollectionReader(redis, keys)
  const listeners: ((change: Change) => void)[] = []
  const subscription = subscribeToChanges(redis, keys.changes, (change) => {
    forget(memory, change)
    if (change.kind === 'collection' || change.kind === 'all') collection.forget()
    for (const listener of listeners) listener(change)
  })
  const own = (key: string) => memory.own.read(key, async () => published(await redis.get(key)))

  return {
    entityConfiguration: guarded(() => own(keys.entityConfiguration)),
    historicalKeys: guarded(() => own(keys.historicalKeys)),
    subordinateStatement: guarded((id) =>
      memory.statements.read(id, async () => published(await redis.hget(keys.subordinates, id))),
    ),
    subordinateConfiguration: guarded((id) =>
      memory.configurations.read(id, async () =>
        published(await redis.hget(keys.subordinateConfigurations, id)),
      ),
    ),
    subordinates: guarded(() => memory.subordinates.get()),
    subordinateEvents: guarded(async (id) =>
      parseSubordinateEvents(await redis.hget(keys.subordinateEvents, id)),
    ),
    trustMark: guarded((type, subject) =>
      memory.marks.read(`${type} ${subject}`, () => readTrustMark(redis, keys, type, subject)),
    ),
    trustMarksOf: guarded((subject) =>
      memory.marksBySubject.read(subject, () => readTrustMarksOf(redis, keys, subject)),
    ),
    trustMarkHolders: guarded((type) =>
      memory.holders.read(type, () => readTrustMarkHolders(redis, keys, type)),
    ),
    trustMarkTypes: guarded(() => redis.smembers(keys.trustMarkTypes)),
    trustMarkStanding: guarded((jwt) => readTrustMarkStanding(redis, keys, jwt)),
    trustAnchors: guarded(() => memory.anchors.read('pinned', () => readTrustAnchors(redis, keys))),
    collection: {
      state: guarded(collection.state),
      page: guarded(collection.page),
      entity: guarded(collection.entity),
      count: guarded(collection.count),
      forget: collection.forget,
    },
    summary: guarded(() => readSummary(redis, keys)),
    // Of a Cluster, only the node that holds our keys counts.
    ping: guarded(async () => void (await redis.exists(keys.entityConfiguration))),
    onChange: (listener) => void listeners.push(listener),
    close: () => subscription.close(),
  }
}

function published(jwt: string | null): PublishedJwt | undefined {
  return jwt === null ? undefined : readPublishedJwt(jwt)
}

/** The same read, failing with a `FederationError` while Redis is away. */
function guarded<Args extends unknown[], Result>(
  read: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  return async (...args) => {
    try {
      return await read(...args)
    } catch (error) {
      throw storeError(error)
    }
  }
}
