/** Writes published data into Redis; the only writer of these keys (names: #store/keys.ts). */
import type { ChainableCommander, Redis } from 'ioredis'
import type { EventsOfSubordinate } from '#server/publish/subordinate-events.ts'
import { type Change, formatChange } from '#store/change.ts'
import type { RedisKeys } from '#store/keys.ts'
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
export type PublishedIssue = { hash: string; revokedAt: number | null }

/** The sets of subordinates by kind, with their membership rules. */
export const kindSets = [
  ['relyingParties', ({ entity_types: types }) => types.includes('openid_relying_party')],
  ['openidProviders', ({ entity_types: types }) => types.includes('openid_provider')],
  ['intermediates', ({ intermediate }) => intermediate],
] as const satisfies readonly (readonly [keyof PublishedKeys, (info: SubordinateInfo) => boolean])[]

/** Queues the commands that publish one subordinate. */
export function putSubordinate(
  to: ChainableCommander,
  keys: PublishedKeys,
  subordinate: PublishedSubordinate,
): void {
  const { entityId } = subordinate
  to.hset(keys.subordinates, entityId, subordinate.statement)
  to.hset(keys.subordinateConfigurations, entityId, subordinate.entityConfiguration)
  to.hset(keys.subordinateInfo, entityId, formatSubordinateInfo(subordinate.info))
  for (const [name, belongs] of kindSets) {
    belongs(subordinate.info) ? to.sadd(keys[name], entityId) : to.srem(keys[name], entityId)
  }
}

/** Queues the commands that remove one subordinate from every endpoint. */
export function removeSubordinate(to: ChainableCommander, keys: PublishedKeys, entityId: string): void {
  for (const hash of [keys.subordinates, keys.subordinateConfigurations, keys.subordinateInfo]) {
    to.hdel(hash, entityId)
  }
  for (const [name] of kindSets) to.srem(keys[name], entityId)
}

/** Queues the events of one subordinate, which stay after its removal. */
export function putSubordinateEvents(
  to: ChainableCommander,
  keys: PublishedKeys,
  { entityId, events }: EventsOfSubordinate,
): void {
  if (events.length > 0) to.hset(keys.subordinateEvents, entityId, formatSubordinateEvents(events))
}

/** Queues the status of issued JWTs: each JWT has its own status (§8.4). */
export function putIssuedTrustMarks(
  to: ChainableCommander,
  keys: PublishedKeys,
  issued: readonly PublishedIssue[],
): void {
  for (const { hash, revokedAt } of issued) {
    to.sadd(keys.issuedTrustMarks, hash)
    if (revokedAt !== null) {
      to.hset(keys.trustMarkRevocations, hash, formatTrustMarkRevocation({ revoked_at: revokedAt }))
    }
  }
}

/** Queues the commands that publish the current state of one Trust Mark. */
export function putTrustMark(to: ChainableCommander, keys: PublishedKeys, mark: PublishedTrustMark): void {
  putIssuedTrustMarks(to, keys, mark.issued)
  to.hset(keys.trustMarks(mark.entityId), mark.type, mark.revoked ? REVOKED_MARK : mark.jwt)
  // The issued hash stays after a revocation.
  to.sadd(keys.trustMarkTypes, mark.type)
  const holders = keys.trustMarkHolders(mark.type)
  mark.revoked ? to.srem(holders, mark.entityId) : to.sadd(holders, mark.entityId)
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
