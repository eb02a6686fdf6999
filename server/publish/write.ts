/** Writes published data into Redis; the only writer of these keys (names: #store/keys.ts). */
import type { ChainableCommander, Redis } from 'ioredis'
import type { Kept } from '#server/publish/history/kind.ts'
import type { EventsOfSubordinate } from '#server/publish/subordinate-events.ts'
import { type Change, formatChange } from '#store/change.ts'
import type { RedisKeys } from '#store/keys.ts'
import type { StatusListFacts } from '#store/status-list.ts'
import { formatSubordinateEvents } from '#store/subordinate-event.ts'
import { formatSubordinateInfo, type SubordinateInfo } from '#store/subordinate-info.ts'
import { formatTrustMarkRevocation, REVOKED_MARK } from '#store/trust-mark-record.ts'

/** The live key names, or the staging names of a rebuild. */
export type PublishedKeys = RedisKeys['staging']

export type PublishedSubordinate = {
  entityId: string
  statement: string
  entityConfiguration: string
  info: SubordinateInfo
}

export type PublishedTrustMark = {
  type: string
  entityId: string
  jwt: string
  revoked: boolean
  /** Every JWT issued for this type and entity. */
  issued: readonly PublishedIssue[]
}

/** An issued JWT by its hash, with the time of its revocation in unix seconds. */
export type PublishedIssue = { hash: string; revokedAt: number | null; entry: PublishedEntry | null }

/** The entry of an issued JWT in a status list, and what the list says about all its marks. */
export type PublishedEntry = { list: number; index: number; facts: StatusListFacts }

/** What decides to which sets a subordinate belongs. */
export type KindFacts = Pick<SubordinateInfo, 'entity_types' | 'intermediate'>

/** The sets of subordinates by kind, with their membership rules. */
export const kindSets = [
  ['relyingParties', ({ entity_types: types }: KindFacts) => types.includes('openid_relying_party')],
  ['openidProviders', ({ entity_types: types }: KindFacts) => types.includes('openid_provider')],
  ['intermediates', ({ intermediate }: KindFacts) => intermediate],
] as const satisfies readonly (readonly [keyof PublishedKeys, (facts: KindFacts) => boolean])[]

/** Queues the command that publishes the Entity Configuration. */
export function putEntityConfiguration(to: ChainableCommander, keys: PublishedKeys, jwt: Kept<string>): void {
  to.set(keys.entityConfiguration, jwt)
}

/** Queues the command that publishes the historical keys. */
export function putHistoricalKeys(to: ChainableCommander, keys: PublishedKeys, jwt: Kept<string>): void {
  to.set(keys.historicalKeys, jwt)
}

/** Queues the commands that publish some subordinates: one for each key, because there can be a million. */
export function putSubordinates(
  to: ChainableCommander,
  keys: PublishedKeys,
  subordinates: Kept<readonly PublishedSubordinate[]>,
): void {
  addSubordinates(to, keys, subordinates)
  for (const [name, belongs] of kindSets) {
    const others = subordinates.filter(({ info }) => !belongs(info)).map(({ entityId }) => entityId)
    if (others.length > 0) to.srem(keys[name], ...others)
  }
}

/** The same for those of which Redis knows nothing. */
export function addSubordinates(
  to: ChainableCommander,
  keys: PublishedKeys,
  subordinates: Kept<readonly PublishedSubordinate[]>,
): void {
  if (subordinates.length === 0) return
  const fields = (read: (subordinate: PublishedSubordinate) => string) =>
    subordinates.flatMap((each) => [each.entityId, read(each)])
  to.hset(keys.subordinates, ...fields(({ statement }) => statement))
  to.hset(keys.subordinateConfigurations, ...fields(({ entityConfiguration }) => entityConfiguration))
  to.hset(keys.subordinateInfo, ...fields(({ info }) => formatSubordinateInfo(info)))
  for (const [name, belongs] of kindSets) {
    const members = subordinates.filter(({ info }) => belongs(info)).map(({ entityId }) => entityId)
    if (members.length > 0) to.sadd(keys[name], ...members)
  }
}

/** Queues the commands that remove some subordinates from every endpoint. */
export function removeSubordinates(
  to: ChainableCommander,
  keys: PublishedKeys,
  entityIds: Kept<readonly string[]>,
): void {
  if (entityIds.length === 0) return
  for (const hash of [keys.subordinates, keys.subordinateConfigurations, keys.subordinateInfo]) {
    to.hdel(hash, ...entityIds)
  }
  for (const [name] of kindSets) to.srem(keys[name], ...entityIds)
}

/** Queues the events of some subordinates, which stay after their removal. */
export function putSubordinateEvents(
  to: ChainableCommander,
  keys: PublishedKeys,
  subordinates: readonly EventsOfSubordinate[],
): void {
  const fields = subordinates
    .filter(({ events }) => events.length > 0)
    .flatMap(({ entityId, events }) => [entityId, formatSubordinateEvents(events)])
  if (fields.length > 0) to.hset(keys.subordinateEvents, ...fields)
}

/** Queues the status of issued JWTs: each JWT has its own status (§8.4). */
export function putIssuedTrustMarks(
  to: ChainableCommander,
  keys: PublishedKeys,
  issued: Kept<readonly PublishedIssue[]>,
): void {
  putIssued(to, keys, issued)
}

function putIssued(to: ChainableCommander, keys: PublishedKeys, issued: readonly PublishedIssue[]): void {
  if (issued.length > 0) to.sadd(keys.issuedTrustMarks, ...issued.map(({ hash }) => hash))
  for (const { hash, revokedAt } of issued) {
    if (revokedAt !== null) {
      to.hset(keys.trustMarkRevocations, hash, formatTrustMarkRevocation({ revoked_at: revokedAt }))
    }
  }
}

/** Queues the commands that publish the current state of some Trust Marks. */
export function putTrustMarks(
  to: ChainableCommander,
  keys: PublishedKeys,
  marks: Kept<readonly PublishedTrustMark[]>,
): void {
  for (const mark of marks) putTrustMark(to, keys, mark)
}

function putTrustMark(to: ChainableCommander, keys: PublishedKeys, mark: PublishedTrustMark): void {
  putIssued(to, keys, mark.issued)
  to.hset(keys.trustMarks(mark.entityId), mark.type, mark.revoked ? REVOKED_MARK : mark.jwt)
  // The issued hash stays after a revocation.
  to.sadd(keys.trustMarkTypes, mark.type)
  const holders = keys.trustMarkHolders(mark.type)
  mark.revoked ? to.srem(holders, mark.entityId) : to.sadd(holders, mark.entityId)
}

/** Replaces the types whose marks are not served. */
export function putUnusedTypes(to: ChainableCommander, keys: PublishedKeys, types: readonly string[]): void {
  to.del(keys.unusedTrustMarkTypes)
  if (types.length > 0) to.sadd(keys.unusedTrustMarkTypes, ...types)
}

/** Replaces the pinned keys of foreign anchors. */
export function putTrustAnchors(
  to: ChainableCommander,
  keys: PublishedKeys,
  anchors: Readonly<Record<string, unknown>>,
): void {
  to.del(keys.trustAnchors)
  for (const [entityId, jwks] of Object.entries(anchors)) {
    to.hset(keys.trustAnchors, entityId, JSON.stringify(jwks))
  }
}

/** Sends queued commands as one transaction and notifies the readers. */
export async function sendCommands(
  redis: Redis,
  keys: RedisKeys,
  changes: readonly Change[],
  queue: (to: ChainableCommander) => void,
): Promise<void> {
  const transaction = redis.multi()
  queue(transaction)
  for (const change of changes) transaction.publish(keys.changes, formatChange(change))
  const results = await transaction.exec()
  const failed = results?.find(([error]) => error)?.[0]
  if (failed) throw failed
  if (!results) throw new Error('Redis discarded the transaction')
}
