/** The interface to published data in Redis: typed reads, cached in memory until they change. */
import type { Redis } from 'ioredis'
import type { EntityId } from '#core/entity-id.ts'
import type { JwkSet } from '#core/keys.ts'
import { createAnnounced } from './announced.ts'
import { type Change, type ChangeChannels, createChangeChannels } from './change.ts'
import { type CollectionReader, createCollectionReader } from './collection-reader.ts'
import { createFieldReader } from './field-reader.ts'
import type { Held, Last } from './held.ts'
import { redisKeys } from './keys.ts'
import { toStoreError } from './outage.ts'
import { walkPages } from './page-reader.ts'
import type { PagedList } from './paged-list.ts'
import { type PublishedJwt, readPublishedJwt } from './published-jwt.ts'
import { confirmAll, countLookups, createMemory, dropStale, MAX_JWT_BYTES } from './reader-memory.ts'
import type { StatusList } from './status-list.ts'
import { parseSubordinateEvents, type SubordinateEvent } from './subordinate-event.ts'
import { type Subordinate, subordinatePages } from './subordinate-reader.ts'
import { readSummary, type Summary } from './summary.ts'
import {
  createTrustMarkReader,
  holderPages,
  type IssuedTrustMark,
  type IssuedTrustMarkStatus,
  type TrustMarkHolder,
  type UnusedTypes,
} from './trust-mark-reader.ts'

/** Each method throws FederationError `temporarily_unavailable` while Redis is down. */
export type Reader = {
  /** The Trust Anchor's Entity Configuration (§9). */
  entityConfiguration(): Promise<PublishedJwt | undefined>
  /** The signed historical key set (§8.7). */
  historicalKeys(): Promise<PublishedJwt | undefined>
  /** The Subordinate Statement about an Immediate Subordinate (§8.1). */
  subordinateStatement(id: EntityId): Promise<PublishedJwt | undefined>
  /** The last fetched Entity Configuration of an Immediate Subordinate. It may have expired. Not from memory. */
  subordinateConfiguration(id: EntityId): Promise<PublishedJwt | undefined>
  /** Its entity tag. */
  subordinateConfigurationTag(id: EntityId): Promise<string | undefined>
  /** Every Immediate Subordinate, sorted by identifier (§8.2). */
  subordinates(): Promise<PagedList<Subordinate>>
  /** Registration events of an entity, oldest first; undefined if none were recorded. */
  subordinateEvents(id: EntityId): Promise<readonly SubordinateEvent[] | undefined>
  /** The unrevoked mark of the type for the subject (§8.6). It may have expired. */
  trustMark(type: string, subject: EntityId): Promise<IssuedTrustMark | undefined>
  /** Every unrevoked mark of the subject. Some may have expired. */
  trustMarksOf(subject: EntityId): Promise<readonly IssuedTrustMark[]>
  trustMarkHolders(type: string): Promise<PagedList<TrustMarkHolder>>
  trustMarkTypes(): Promise<string[]>
  /** Our types that are not in use: their marks are not served, and count for nothing. */
  unusedTrustMarkTypes(): Promise<UnusedTypes>
  /** Whether we issued a mark, and whether it was revoked (§8.4). */
  trustMarkStatus(jwt: string): Promise<IssuedTrustMarkStatus>
  /** Undefined if there is no such list. Throws `server_error` when Redis lost its bits. */
  statusList(number: string): Promise<StatusList | undefined>
  /** The numbers of all lists. */
  statusLists(): Promise<string[]>
  /** Pinned keys of the foreign Trust Anchors under which we resolve (§10). */
  trustAnchors(): Promise<ReadonlyMap<EntityId, JwkSet>>
  peek: Peek
  walk: Walk
  /** Results of the last crawl of the federation. */
  collection: CollectionReader
  summary(): Promise<Summary>
  /** Since the start: published values that were in memory, and reads of Redis. */
  lookups(): { memory: number; redis: number }
  /** Names of keys that Redis lost, although data that was written with them is there. */
  lostKeys(): Promise<readonly string[]>
  ping(): Promise<void>
  /** Whether Redis has our Entity Configuration, which it lacks when it lost its data. Not from memory. */
  isPublished(): Promise<boolean>
  /** What Redis said last, for the time without it. */
  last: LastKnown
  /** Resolves when every change that was announced before has reached the reader. */
  catchUp(): Promise<void>
  /** Calls `listener` for each change, after the reader has dropped the data that it affects. */
  onChange(listener: (change: Change) => void): void
  close(): void
}

/** What the reads would return without asking Redis; undefined if they would ask. Absent JWTs are null. */
export type Peek = {
  entityConfiguration(): PublishedJwt | null | undefined
  subordinateStatement(id: EntityId): PublishedJwt | null | undefined
  subordinateConfigurationTag(id: EntityId): string | null | undefined
  subordinates(): PagedList<Subordinate> | undefined
  trustMarksOf(subject: EntityId): readonly IssuedTrustMark[] | undefined
  trustMarkHolders(type: string): PagedList<TrustMarkHolder> | undefined
  unusedTrustMarkTypes(): UnusedTypes | undefined
  trustAnchors(): ReadonlyMap<EntityId, JwkSet> | undefined
  /** While it is the same object, the others return what they did. Undefined if that is not known. */
  state(): object | undefined
}

/** The same lists, not from memory and not into it: some pages at a time. They throw NoPagesError, after the last pages too. */
export type Walk = {
  subordinates(): AsyncGenerator<PagedList<Subordinate>>
  trustMarkHolders(type: string): AsyncGenerator<PagedList<TrustMarkHolder>>
}

/** `at`: when it was known to be current, on the clock of `performance`. */
export type Known<Value> = { value: Value; at: number }

/** Undefined if nothing is known, or if it is known to have changed since. */
export type LastKnown = {
  entityConfiguration(): Known<PublishedJwt> | undefined
  historicalKeys(): Known<PublishedJwt> | undefined
  subordinateStatement(id: EntityId): Known<PublishedJwt> | undefined
  trustMarksOf(subject: EntityId): Known<readonly IssuedTrustMark[]> | undefined
  unusedTrustMarkTypes(): Known<UnusedTypes> | undefined
  /** Redis answers again: reads what it said before, and forgets what it has no more. Rejects if it does not answer any more. */
  confirm(): Promise<void>
}

type ReaderOptions = {
  redis: Redis
  prefix?: string
  /** Shared by several readers. */
  changes?: ChangeChannels
  /** Bytes of each kind of JWT that is held. */
  maxJwtBytes?: number | undefined
}

/** `close` ends the reader's subscription; the caller must close `redis`. */
export function createReader({
  redis,
  prefix = '',
  changes = createChangeChannels(redis),
  maxJwtBytes = MAX_JWT_BYTES,
}: ReaderOptions): Reader {
  const keys = redisKeys(prefix)
  // Only our publisher writes the marker, and only our publisher announces changes.
  const announced = createAnnounced(async () => {
    const [marker] = await Promise.all([redis.exists(keys.publicationMarker), subscription.confirm()])
    return marker === 1
  })
  const trustMarks = createTrustMarkReader(redis, keys, announced.isSure)
  const memory = createMemory({
    redis,
    keys,
    announced,
    trustMarks,
    maxJwtBytes,
    catchUp: () => subscription.catchUp(),
  })
  const collection = createCollectionReader(redis, keys)
  const listeners: ((change: Change) => void)[] = []
  const subscription = changes.subscribe(keys.changes, (change) => {
    if (change.kind === 'all') announced.reset()
    announced.note()
    dropStale(memory, change)
    if (change.kind === 'collection' || change.kind === 'all') collection.forget()
    for (const listener of listeners) listener(change)
  })
  const isPublished = guard(async () => (await redis.exists(keys.entityConfiguration)) === 1)
  const jwtOf = (held: Held<PublishedJwt | null>) => async (key: string) => (await held.get(key)) ?? undefined
  const own = jwtOf(memory.own)

  function known<Value>(last: Last<Value | null> | undefined): Known<Value> | undefined {
    if (!last || last.value === null) return undefined
    return { value: last.value, at: last.at }
  }

  return {
    entityConfiguration: () => own(keys.entityConfiguration),
    historicalKeys: () => own(keys.historicalKeys),
    subordinateStatement: jwtOf(memory.statements),
    subordinateConfiguration: guard(createFieldReader(redis, keys.subordinateConfigurations, parseStored)),
    subordinateConfigurationTag: async (id) => (await memory.configurationTags.get(id)) ?? undefined,
    subordinates: guard(() => memory.subordinates.get()),
    subordinateEvents: guard(async (id) =>
      parseSubordinateEvents(await redis.hget(keys.subordinateEvents, id)),
    ),
    trustMark: async (wanted, subject) =>
      (await memory.marks.get(subject)).find(({ type }) => type === wanted),
    trustMarksOf: memory.marks.get,
    trustMarkHolders: guard((type) => memory.holders.get(type)),
    trustMarkTypes: guard(() => redis.smembers(keys.trustMarkTypes)),
    unusedTrustMarkTypes: memory.unusedTypes.get,
    trustMarkStatus: guard(trustMarks.status),
    statusList: async (number) => (await memory.statusLists.get(number)) ?? undefined,
    statusLists: guard(() => redis.hkeys(keys.statusLists)),
    trustAnchors: memory.anchors.get,
    peek: {
      entityConfiguration: () => memory.own.peek(keys.entityConfiguration),
      subordinateStatement: memory.statements.peek,
      subordinateConfigurationTag: memory.configurationTags.peek,
      subordinates: memory.subordinates.peek,
      trustMarksOf: memory.marks.peek,
      trustMarkHolders: memory.holders.peek,
      unusedTrustMarkTypes: memory.unusedTypes.peek,
      trustAnchors: memory.anchors.peek,
      state: announced.state,
    },
    walk: {
      subordinates: () => walkPages(redis, subordinatePages(redis, keys)),
      trustMarkHolders: (type) => walkPages(redis, holderPages(redis, keys, type)),
    },
    collection: {
      state: guard(collection.state),
      page: guard(collection.page),
      entity: guard(collection.entity),
      count: guard(collection.count),
      forget: collection.forget,
    },
    summary: guard(() => readSummary(redis, keys)),
    lookups: () => countLookups(memory),
    lostKeys: memory.lostKeys.get,
    // In a Cluster, only the node of our keys matters.
    ping: guard(async () => void (await redis.exists(keys.entityConfiguration))),
    isPublished,
    last: {
      entityConfiguration: () => known(memory.own.last(keys.entityConfiguration)),
      historicalKeys: () => known(memory.own.last(keys.historicalKeys)),
      subordinateStatement: (id) => known(memory.statements.last(id)),
      trustMarksOf: (subject) => known(memory.marks.last(subject)),
      unusedTrustMarkTypes: () => known(memory.unusedTypes.last()),
      confirm: () => confirmAll(memory, isPublished),
    },
    catchUp: () => subscription.catchUp(),
    onChange: (listener) => void listeners.push(listener),
    close: () => subscription.close(),
  }
}

const parseStored = (jwt: string | null) => (jwt === null ? undefined : readPublishedJwt(jwt))

/** Wraps a read so that it throws a `FederationError` while Redis is down. */
function guard<Args extends unknown[], Result>(
  read: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  return async (...args) => {
    try {
      return await read(...args)
    } catch (error) {
      throw toStoreError(error)
    }
  }
}
