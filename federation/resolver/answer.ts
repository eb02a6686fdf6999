/** Describes a cached resolve response: its inputs, its expiry and when to renew it. */
import type { EntityId } from '#core/entity-id.ts'
import { type PublishedJwt, readPublishedJwt } from '#store/published-jwt.ts'
import type { Basis } from './basis.ts'
import type { TrustAnchor } from './trust-anchor.ts'

export type Query = {
  /** Equal for queries with the same response. */
  key: string
  subject: EntityId
  /** The requested anchors that we know. Any may be used. */
  anchors: readonly TrustAnchor[]
  /** Empty: all. */
  entityTypes: readonly string[]
  /** The authenticated client, the only one that may use the response. */
  audience: EntityId | undefined
}

/** Times are unix seconds. */
export type Answer = {
  response: PublishedJwt
  basis: Basis
  made: number
  /** End of use. */
  until: number
  /** Start of renewal, before `until`. */
  renewFrom: number
  /** Whether the same query would get it again, without asking Redis. Undefined until it was found to be valid. */
  isSame?: () => boolean
}

/** Seconds. Other entities do not announce changes. With the age of their statements and a minute of HTTP caches: nine minutes. */
const MAX_AGE = 240

/** The last part of the lifetime, in which each process renews at a random time. */
const JITTER = 0.25

export function describeQuery({ subject, anchors, entityTypes, audience }: Omit<Query, 'key'>): Query {
  const key = JSON.stringify([subject, anchors.map(({ id }) => id), entityTypes, audience ?? null])
  return { key, subject, anchors, entityTypes, audience }
}

export function describeAnswer(jwt: string, basis: Basis, made: number): Answer {
  const response = readPublishedJwt(jwt)
  const until = Math.min(response.expires ?? made, made + MAX_AGE)
  // Rounded down, so that at least the last second is left for renewal.
  const renewFrom = made + Math.floor((until - made) * (1 - JITTER * Math.random()))
  return { response, basis, made, until, renewFrom }
}
