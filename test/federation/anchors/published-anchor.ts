/** Publishes data of every kind for one anchor, so that each of its endpoints has an answer. */
import type { EntityId } from '#core/entity-id.ts'
import { signJwt } from '#core/jws.ts'
import type { Jwk } from '#core/keys.ts'
import { STATUS_LIST_SIZE } from '#core/status-list.ts'
import { buildTrustMark, TRUST_MARK_TYP } from '#core/trust-mark/index.ts'
import type { RegisteredAnchor } from '#store/anchors.ts'
import { formatChange } from '#store/change.ts'
import { formatCollectionRecord } from '#store/collection-record.ts'
import { redisKeys } from '#store/keys.ts'
import { formatListFacts } from '#store/status-list.ts'
import { formatSubordinateEvents } from '#store/subordinate-event.ts'
import { hashTrustMark } from '#store/trust-mark-record.ts'
import { offlineEntity } from '../offline-entity.ts'
import type { Installation } from './installation.ts'

export type PublishedAnchor = {
  slug: string
  entityId: EntityId
  /** Of the signing key. */
  kid: string
  /** The only Immediate Subordinate. */
  member: EntityId
  /** The private key of the member. */
  memberKey: Jwk
  /** The Trust Mark Type and the Trust Mark of the member. */
  type: string
  trustMark: string
}

export async function publishEverything(
  { redis: { client }, placeOf, publish, keyOf }: Installation,
  { slug, entityId }: RegisteredAnchor,
): Promise<PublishedAnchor> {
  const entity = await offlineEntity(`https://${slug}.member.example`, { authorityHints: [entityId] })
  const member = entity.id
  await publish(slug, entityId, [member], entity.keys)

  const names = redisKeys(placeOf(slug).redisKeyPrefix)
  const key = keyOf(slug)
  const iat = Math.floor(Date.now() / 1000)
  const type = `${entityId}/marks/member`
  const sign = (claims: object, typ: string) => signJwt(claims, { key, typ })
  const trustMark = await sign(
    buildTrustMark({ issuer: entityId, subject: member, type, iat }),
    TRUST_MARK_TYP,
  )
  await client.hset(names.subordinateConfigurations, member, entity.configuration)
  await client.hset(
    names.subordinateEvents,
    member,
    formatSubordinateEvents([{ event: 'registration', iat }]),
  )
  await client.hset(names.trustMarks(member), type, trustMark)
  await client.sadd(names.trustMarkHolders(type), member)
  await client.sadd(names.trustMarkTypes, type)
  await client.sadd(names.issuedTrustMarks, hashTrustMark(trustMark))
  await client.setbit(names.statusListBits('1'), STATUS_LIST_SIZE, 1)
  await client.hset(names.statusLists, 1, formatListFacts({ trust_mark_type: type, kid: key.kid }))
  await client.set(names.historicalKeys, await sign({ iss: entityId, iat, keys: [] }, 'jwk-set+jwt'))
  const record = {
    entity_id: member,
    entity_types: ['openid_relying_party'],
    ui_infos: {},
    trust_marks: [],
  }
  await client.hset(names.collection.entities, member, formatCollectionRecord(record))
  await client.zadd(names.collection.sorted, 0, member)
  await client.set(names.collection.lastUpdated, iat)
  await client.publish(names.changes, formatChange({ kind: 'all' }))
  return { slug, entityId, kid: key.kid, member, memberKey: entity.key, type, trustMark }
}
