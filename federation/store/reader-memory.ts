/** Holds the reader's caches, and drops what a change makes stale. */
import type { Redis } from 'ioredis'
import type { EntityId } from '#core/entity-id.ts'
import type { JwkSet } from '#core/keys.ts'
import type { Announced } from './announced.ts'
import type { Change, ChangeKind } from './change.ts'
import { createFieldReader } from './field-reader.ts'
import { createHeld, type Held } from './held.ts'
import { createHolderIndexes } from './holder-indexes.ts'
import type { RedisKeys } from './keys.ts'
import { createListIndex } from './list-index.ts'
import { findLostKeys } from './outage.ts'
import { createPageReader } from './page-reader.ts'
import { computeEntityTag, type PublishedJwt, readPublishedJwt } from './published-jwt.ts'
import { areSameLists, readStatusList, type StatusList } from './status-list.ts'
import {
  readSubordinate,
  readSubordinates,
  subordinateFormat,
  subordinatePages,
} from './subordinate-reader.ts'
import { readTrustAnchors } from './trust-anchor-reader.ts'
import {
  areSameMarks,
  type IssuedTrustMark,
  readUnusedTypes,
  type TrustMarkReader,
  type UnusedTypes,
} from './trust-mark-reader.ts'

export type Memory = ReturnType<typeof createMemory>

/** Bytes of each kind of JWT that is held. */
export const MAX_JWT_BYTES = 32 * 1024 * 1024

/** Of what there is one of. */
const ALL = 'all'

type Options = {
  redis: Redis
  keys: RedisKeys
  announced: Announced
  trustMarks: TrustMarkReader
  /** Resolves when every change that Redis announced before the call has reached the memory. */
  catchUp: () => Promise<void>
  maxJwtBytes: number
}

export function createMemory({ redis, keys, announced, trustMarks, catchUp, maxJwtBytes }: Options) {
  const { isSure: isAnnounced, lastSure } = announced
  /** Absent JWTs are held as well: a request for one must not cost more. */
  const holdTexts = <Value>(
    load: (key: string) => Promise<Value | null>,
    textOf: (value: Value) => string,
  ): Held<Value | null> => {
    const text = (value: Value | null) => (value === null ? null : textOf(value))
    return createHeld<Value | null>({
      load,
      isSame: (one, other) => text(one) === text(other),
      isAbsent: (value) => value === null,
      sizeOf: (value) => text(value)?.length ?? 0,
      maxSize: maxJwtBytes,
      isAnnounced,
      lastSure,
    })
  }
  const holdJwts = (load: (key: string) => Promise<PublishedJwt | null>) => holdTexts(load, ({ jwt }) => jwt)
  const holdOne = <Value>(
    load: () => Promise<Value>,
    isSame: (one: Value, other: Value) => boolean,
    isSure = isAnnounced,
  ) => {
    const held = createHeld<Value>({
      load,
      isSame,
      sizeOf: () => 0,
      maxSize: 1_000,
      isAnnounced: isSure,
      lastSure,
    })
    const { doubt, confirm } = held
    const [get, peek, last] = [() => held.get(ALL), () => held.peek(ALL), () => held.last(ALL)]
    return { get, peek, last, doubt, confirm, drop: () => held.drop() }
  }
  return {
    keys,
    /** The Trust Anchor's own JWTs, by Redis key. */
    own: holdJwts(async (key) => parsePublished(await redis.get(key))),
    /** Subordinate Statements, by subject. */
    statements: holdJwts(createFieldReader(redis, keys.subordinates, parsePublished)),
    /** Entity tags of the Entity Configurations of subordinates, by entity: the texts are in resolve responses already. */
    configurationTags: holdTexts(
      createFieldReader(redis, keys.subordinateConfigurations, computeTag),
      (tag) => tag,
    ),
    /** Trust Marks, by subject. */
    marks: createHeld<readonly IssuedTrustMark[]>({
      load: trustMarks.marksOf,
      isSame: areSameMarks,
      isAbsent: (marks) => marks.length === 0,
      sizeOf: (marks) => marks.reduce((sum, { jwt }) => sum + jwt.length, 0),
      maxSize: maxJwtBytes,
      isAnnounced,
      lastSure,
    }),
    /** Status lists, by number. */
    statusLists: createHeld<StatusList | null>({
      load: (number) => readStatusList(redis, keys, number),
      isSame: areSameLists,
      sizeOf: (list) => list?.bytes.length ?? 0,
      maxSize: MAX_JWT_BYTES,
      isAnnounced,
      lastSure,
    }),
    unusedTypes: holdOne<UnusedTypes>(
      () => readUnusedTypes(redis, keys),
      (one, other) => one.key === other.key,
    ),
    holders: createHolderIndexes({ redis, keys, read: trustMarks, catchUp }),
    anchors: holdOne<ReadonlyMap<EntityId, JwkSet>>(() => readTrustAnchors(redis, keys), areSameAnchors),
    lostKeys: holdOne(
      () => findLostKeys(redis, keys),
      (some, others) => some.join() === others.join(),
      () => false, // a loss is never announced
    ),
    subordinates: createListIndex({
      format: subordinateFormat,
      readPages: createPageReader(redis, subordinatePages(redis, keys)),
      readAll: () => readSubordinates(redis, keys),
      readOne: (id) => readSubordinate(redis, keys, id),
      catchUp,
    }),
  }
}

const parsePublished = (jwt: string | null) => (jwt === null ? null : readPublishedJwt(jwt))

const computeTag = (jwt: string | null) => (jwt === null ? null : computeEntityTag(jwt))

const areSameAnchors = (some: ReadonlyMap<EntityId, JwkSet>, others: ReadonlyMap<EntityId, JwkSet>) =>
  JSON.stringify([...some]) === JSON.stringify([...others])

/** Since the start: published values that were in memory, and reads of Redis. */
export function countLookups({ own, statements, configurationTags, marks }: Memory) {
  const all = [own, statements, configurationTags, marks].map(({ lookups }) => lookups)
  const sum = (found: 'memory' | 'redis') => all.reduce((total, each) => total + each[found], 0)
  return { memory: sum('memory'), redis: sum('redis') }
}

type DropRule = (memory: Memory, change: Omit<Change, 'kind'>) => void

const dropRules: Readonly<Record<Exclude<ChangeKind, 'all'>, DropRule>> = {
  'entity-configuration': ({ own, unusedTypes }, { withdrawsNothing }) => {
    for (const { doubt, drop } of [own, unusedTypes]) withdrawsNothing ? doubt() : drop()
  },
  'historical-keys': ({ own, keys }) => own.drop(keys.historicalKeys),
  subordinate: ({ statements, configurationTags, subordinates, lostKeys }, change) => {
    const { id } = change
    lostKeys.drop()
    dropChanged(statements, change)
    configurationTags.drop(id)
    subordinates.touch(id)
  },
  'trust-mark': ({ marks, holders, statusLists, lostKeys }, change) => {
    lostKeys.drop()
    const remains = (all: readonly IssuedTrustMark[]) =>
      change.type === undefined ? undefined : all.filter(({ type }) => type !== change.type)
    dropChanged(marks, change, remains)
    statusLists.drop()
    holders.touch(change.id)
  },
  'trust-anchors': ({ anchors }) => anchors.drop(),
  collection: () => {}, // the collection reader has its own cache
}

/** `remains`: what a withdrawal leaves. */
function dropChanged<Value>(
  held: Held<Value>,
  { id, withdrawsNothing }: Omit<Change, 'kind'>,
  remains?: (value: Value) => Value | undefined,
): void {
  if (!withdrawsNothing) held.drop(id, remains)
  else if (id === undefined) held.doubt()
  else held.drop(id, (value) => value)
}

/** What is remembered for the time without Redis. */
const remembered = ({ own, statements, configurationTags, marks, unusedTypes }: Memory) => [
  own,
  statements,
  configurationTags,
  marks,
  unusedTypes,
]

/** Redis answers again. @throws FederationError `temporarily_unavailable` when it does not any more */
export async function confirmAll(memory: Memory, isThere: () => Promise<boolean>): Promise<void> {
  for (const { confirm } of remembered(memory)) await confirm(isThere)
}

/** Drops the data that a change makes stale. */
export function dropStale(memory: Memory, { kind, ...change }: Change): void {
  if (kind === 'all' && (change.isLoss || change.withdrawsNothing)) {
    for (const { doubt } of remembered(memory)) doubt()
    for (const { drop } of [memory.statusLists, memory.anchors, memory.lostKeys]) drop()
    for (const { touch } of [memory.subordinates, memory.holders]) touch()
  } else if (kind === 'all') for (const drop of Object.values(dropRules)) drop(memory, {})
  else dropRules[kind](memory, change)
}
