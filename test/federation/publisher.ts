/** Writes the same data to Redis as the publisher of the admin server, for the Trust Anchor under test. */
import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import {
  buildEntityConfiguration,
  buildSubordinateStatement,
  ENTITY_STATEMENT_TYP,
} from '#core/entity-statement/index.ts'
import { signJwt } from '#core/jws.ts'
import { type Jwk, type JwkSet, toPublicJwk } from '#core/keys.ts'
import { buildTrustMark, TRUST_MARK_TYP } from '#core/trust-mark/index.ts'
import { type Change, type ChangeChannels, formatChange } from '#store/change.ts'
import { redisKeys } from '#store/keys.ts'
import { formatSubordinateEvents, type SubordinateEvent } from '#store/subordinate-event.ts'
import { formatSubordinateInfo } from '#store/subordinate-info.ts'
import { untilTrue } from '#test/helpers/until.ts'

export const entityId = 'https://ta.example'

/** Published data of a subordinate. Everything has a default. */
export type Subordinate = {
  id: string
  keys?: JwkSet
  /** Its own Entity Configuration. Undefined: none is stored. */
  configuration?: string
  entityTypes?: string[]
  intermediate?: boolean
  statement?: Record<string, unknown>
  exp?: number
  /** Unix seconds. */
  registered?: number
  updated?: number
  /** Writes like the Python inmor: no info, no announcements. */
  foreign?: boolean
}

type PublisherOptions = {
  redis: Redis
  /** The channels that the reader follows. */
  changes: ChangeChannels
  prefix: string
  key: Jwk
  now: () => number
}

export function createPublisher({ redis: client, changes, prefix, key, now }: PublisherOptions) {
  const names = redisKeys(prefix)
  const sign = (claims: object, typ: string, signingKey = key) => signJwt(claims, { key: signingKey, typ })

  /** Changes that reached the reader. */
  const received = new Set<string>()
  const subscription = changes.subscribe(names.changes, (change) => received.add(formatChange(change)))

  /** Announces a change, and returns when the reader has received it and no earlier one is on its way. */
  async function announce(change: Change) {
    const message = formatChange(change)
    // Before the reader has subscribed, the message reaches no client. A Cluster does not tell whether it did.
    await untilTrue('the reader receives the change', async () => {
      received.delete(message)
      await client.publish(names.changes, message)
      await subscription.catchUp()
      return received.has(message)
    })
  }

  return {
    names,
    sign,
    announce,
    close: () => subscription.close(),

    /** Clears the server's caches in memory, and its fetched statements. */
    async forget() {
      const patterns = [names.remoteStatement('*'), names.resolveAnswer('*')]
      const held = await Promise.all(patterns.map((pattern) => client.keys(pattern)))
      if (held.flat().length > 0) await client.del(held.flat())
      await announce({ kind: 'all' })
    },

    async publishConfiguration(extra: Record<string, unknown> = {}, lifetime = 3600) {
      const claims = buildEntityConfiguration({
        entityId,
        iat: now(),
        exp: now() + lifetime,
        keys: { keys: [toPublicJwk(key)] },
        metadata: {
          federation_entity: {
            organization_name: 'Example Federation',
            federation_fetch_endpoint: `${entityId}/fetch`,
            federation_list_endpoint: `${entityId}/list`,
          },
        },
      })
      const jwt = await sign({ ...claims, ...extra }, ENTITY_STATEMENT_TYP)
      await client.set(names.entityConfiguration, jwt)
      await announce({ kind: 'entity-configuration', withdrawsNothing: true })
      return jwt
    },

    async publishSubordinate(subordinate: Subordinate) {
      const {
        id,
        keys = { keys: [toPublicJwk(key)] },
        entityTypes = ['openid_relying_party'],
        exp = now() + 3600,
      } = subordinate
      const claims = buildSubordinateStatement({ issuer: entityId, subject: id, iat: now(), exp, keys })
      const jwt = await sign({ ...claims, ...subordinate.statement }, ENTITY_STATEMENT_TYP)
      await client.hset(names.subordinates, id, jwt)
      if (subordinate.configuration)
        await client.hset(names.subordinateConfigurations, id, subordinate.configuration)
      if (subordinate.foreign) return jwt
      const info = {
        entity_types: entityTypes,
        intermediate: subordinate.intermediate ?? false,
        registered: subordinate.registered ?? now(),
        updated: subordinate.updated ?? now(),
        expires: exp,
      }
      await client.hset(names.subordinateInfo, id, formatSubordinateInfo(info))
      await announce({ kind: 'subordinate', id, withdrawsNothing: true })
      return jwt
    },

    async removeSubordinate(id: string) {
      const hashes = [names.subordinates, names.subordinateConfigurations, names.subordinateInfo]
      for (const hash of hashes) await client.hdel(hash, id)
      await announce({ kind: 'subordinate', id })
    },

    async recordEvents(id: string, events: readonly SubordinateEvent[]) {
      await client.hset(names.subordinateEvents, id, formatSubordinateEvents(events))
      await announce({ kind: 'subordinate', id, withdrawsNothing: true })
    },

    async issueTrustMark(mark: {
      type: string
      subject: string
      exp?: number
      issuedAt?: number
      key?: Jwk
      delegation?: string
    }) {
      const { type, subject, exp, issuedAt = now(), delegation } = mark
      const claims = buildTrustMark({ issuer: entityId, subject, type, iat: issuedAt, exp, delegation })
      const jwt = await sign(claims, TRUST_MARK_TYP, mark.key)
      await client.hset(names.trustMarks(subject), type, jwt)
      await client.sadd(names.trustMarkHolders(type), subject)
      await client.sadd(names.trustMarkTypes, type)
      await client.sadd(names.issuedTrustMarks, createHash('sha256').update(jwt).digest('hex'))
      await announce({ kind: 'trust-mark', id: subject, withdrawsNothing: true })
      return jwt
    },

    /** A status list of marks of the type, of which those with these indexes are revoked. */
    async publishStatusList(list: {
      number: number
      type: string
      revoked?: readonly number[]
      kid?: string
    }) {
      const { number, type, revoked = [], kid = key.kid } = list
      const bits = Buffer.alloc(2 ** 14 + 1)
      for (const index of revoked) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index % 8))
      bits[2 ** 14] = 0x80
      await client.set(names.statusListBits(String(number)), bits)
      await client.hset(names.statusLists, number, JSON.stringify({ trust_mark_type: type, kid }))
      await announce({ kind: 'trust-mark', withdrawsNothing: true })
    },

    async revokeTrustMark(jwt: string, { type, subject }: { type: string; subject: string }) {
      const hash = createHash('sha256').update(jwt).digest('hex')
      await client.hset(names.trustMarkRevocations, hash, JSON.stringify({ revoked_at: now() }))
      await client.hset(names.trustMarks(subject), type, 'revoked')
      await client.srem(names.trustMarkHolders(type), subject)
      await announce({ kind: 'trust-mark', id: subject, type })
    },
  }
}
