/** What the reader keeps in memory, and what each kind of change makes stale. */

import type { Redis } from 'ioredis'
import type { EntityId } from '#core/entity-id.ts'
import type { JwkSet } from '#core/keys.ts'
import { createCache } from './cache.ts'
import type { Change, ChangeKind } from './change.ts'
import type { RedisKeys } from './keys.ts'
import type { PublishedJwt } from './published-jwt.ts'
import { createSubordinateIndex } from './subordinate-index.ts'
import { readSubordinate, readSubordinates } from './subordinate-reader.ts'
import type { IssuedTrustMark, TrustMarkHolder } from './trust-mark-reader.ts'

export type Memory = ReturnType<typeof createMemory>

/** Bound on staleness when a foreign writer fills Redis and announces nothing. */
const MAX_AGE_MS = 5_000
const MAX_JWT_BYTES = 64 * 1024 * 1024
const MAX_HOLDERS = 1_000_000

export function createMemory(redis: Redis, keys: RedisKeys) {
  /** An absent one is held too: asking for what does not exist must not cost more than asking for what does. */
  const jwts = () =>
    createCache<PublishedJwt | undefined>({
      maxAge: MAX_AGE_MS,
      maxSize: MAX_JWT_BYTES,
      sizeOf: (published) => published?.jwt.length ?? 0,
    })
  return {
    /** The Trust Anchor's own JWTs, by the name of their key. */
    own: jwts(),
    /** Subordinate Statements, by subject. */
    statements: jwts(),
    /** Entity Configurations of subordinates, by entity. */
    configurations: jwts(),
    /** Trust Marks, by type and subject. */
    marks: jwts(),
    marksBySubject: createCache<IssuedTrustMark[]>({
      maxAge: MAX_AGE_MS,
      maxSize: MAX_JWT_BYTES,
      sizeOf: (marks) => marks.reduce((sum, { mark }) => sum + mark.jwt.length, 0),
    }),
    holders: createCache<TrustMarkHolder[]>({
      maxAge: MAX_AGE_MS,
      maxSize: MAX_HOLDERS,
      sizeOf: (list) => list.length,
    }),
    anchors: createCache<ReadonlyMap<EntityId, JwkSet>>({
      maxAge: MAX_AGE_MS,
      maxSize: 1_000,
      sizeOf: () => 1,
    }),
    subordinates: createSubordinateIndex({
      all: () => readSubordinates(redis, keys),
      one: (id) => readSubordinate(redis, keys, id),
    }),
  }
}

type Forget = (memory: Memory, id: string | undefined) => void

const stale: Readonly<Record<Exclude<ChangeKind, 'all'>, Forget>> = {
  'entity-configuration': ({ own }) => own.drop(),
  'historical-keys': ({ own }) => own.drop(),
  subordinate: ({ statements, configurations, subordinates }, id) => {
    statements.drop(id)
    configurations.drop(id)
    subordinates.touch(id)
  },
  'trust-mark': ({ marks, marksBySubject, holders }, id) => {
    marks.drop()
    marksBySubject.drop(id)
    holders.drop()
  },
  'trust-anchors': ({ anchors }) => anchors.drop(),
  collection: () => {}, // its reader holds what there is
}

/** Drops what a change has made stale. */
export function forget(memory: Memory, { kind, id }: Change): void {
  if (kind === 'all') for (const rule of Object.values(stale)) rule(memory, undefined)
  else stale[kind](memory, id)
}
