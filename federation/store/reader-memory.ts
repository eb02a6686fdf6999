/** Holds the reader's caches, and drops what a change makes stale. */

import type { Redis } from 'ioredis'
import type { EntityId } from '#core/entity-id.ts'
import type { JwkSet } from '#core/keys.ts'
import { createCache } from './cache.ts'
import type { Change, ChangeKind } from './change.ts'
import { createHolderIndexes } from './holder-indexes.ts'
import type { RedisKeys } from './keys.ts'
import type { PublishedJwt } from './published-jwt.ts'
import { createSortedIndex } from './sorted-index.ts'
import {
  isSameSubordinate,
  readSubordinate,
  readSubordinates,
  type Subordinate,
} from './subordinate-reader.ts'
import type { IssuedTrustMark, UnusedTypes } from './trust-mark-reader.ts'

export type Memory = ReturnType<typeof createMemory>

/** Limits staleness when a foreign writer changes Redis without announcements. */
const MAX_AGE_MS = 5_000
const MAX_JWT_BYTES = 32 * 1024 * 1024

/** @param catchUp resolves when every change that Redis announced before the call has reached the memory */
export function createMemory(redis: Redis, keys: RedisKeys, catchUp: () => Promise<void>) {
  /** Absent JWTs are cached as well: a request for one must not cost more. */
  const createJwtCache = () =>
    createCache<PublishedJwt | undefined>({
      maxAge: MAX_AGE_MS,
      maxSize: MAX_JWT_BYTES,
      sizeOf: (published) => published?.jwt.length ?? 0,
    })
  return {
    /** The Trust Anchor's own JWTs, by Redis key. */
    own: createJwtCache(),
    /** Subordinate Statements, by subject. */
    statements: createJwtCache(),
    /** Entity Configurations of subordinates, by entity. */
    configurations: createJwtCache(),
    /** Trust Marks, by type and subject. */
    marks: createJwtCache(),
    marksBySubject: createCache<IssuedTrustMark[]>({
      maxAge: MAX_AGE_MS,
      maxSize: MAX_JWT_BYTES,
      sizeOf: (marks) => marks.reduce((sum, { mark }) => sum + mark.jwt.length, 0),
    }),
    unusedTypes: createCache<UnusedTypes>({ maxAge: MAX_AGE_MS, maxSize: 1_000, sizeOf: () => 1 }),
    holders: createHolderIndexes({ redis, keys, catchUp }),
    anchors: createCache<ReadonlyMap<EntityId, JwkSet>>({
      maxAge: MAX_AGE_MS,
      maxSize: 1_000,
      sizeOf: () => 1,
    }),
    lostKeys: createCache<string[]>({ maxAge: MAX_AGE_MS, maxSize: 1_000, sizeOf: () => 1 }),
    subordinates: createSortedIndex<Subordinate>({
      idOf: ({ id }) => id,
      isSame: isSameSubordinate,
      readAll: () => readSubordinates(redis, keys),
      readOne: (id) => readSubordinate(redis, keys, id),
      catchUp,
    }),
  }
}

type DropRule = (memory: Memory, id: string | undefined) => void

const dropRules: Readonly<Record<Exclude<ChangeKind, 'all'>, DropRule>> = {
  'entity-configuration': ({ own, unusedTypes }) => {
    own.drop()
    unusedTypes.drop()
  },
  'historical-keys': ({ own }) => own.drop(),
  subordinate: ({ statements, configurations, subordinates, lostKeys }, id) => {
    lostKeys.drop()
    statements.drop(id)
    configurations.drop(id)
    subordinates.touch(id)
  },
  'trust-mark': ({ marks, marksBySubject, holders, lostKeys }, id) => {
    lostKeys.drop()
    marks.drop()
    marksBySubject.drop(id)
    holders.touch(id)
  },
  'trust-anchors': ({ anchors }) => anchors.drop(),
  collection: () => {}, // the collection reader has its own cache
}

/** Drops the data that a change makes stale. */
export function dropStale(memory: Memory, { kind, id }: Change): void {
  if (kind === 'all') for (const drop of Object.values(dropRules)) drop(memory, undefined)
  else dropRules[kind](memory, id)
}
