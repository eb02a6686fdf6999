/** A resolve response while it may be given again: what it was made from, until when it holds, when to renew it. */
import type { EntityId } from '#core/entity-id.ts'
import { type PublishedJwt, readPublishedJwt } from '#store/published-jwt.ts'
import type { Basis } from './basis.ts'
import type { TrustAnchor } from './trust-anchor.ts'

/** One question to the resolver. */
export type Query = {
  /** The same for all who are given the same answer. */
  key: string
  subject: EntityId
  /** Those of the requested ones that are known; any may be used. */
  anchors: readonly TrustAnchor[]
  /** All when empty. */
  entityTypes: readonly string[]
  /** The client, where it was authenticated; only it may use the answer then. */
  audience: EntityId | undefined
}

/** Times are unix seconds. */
export type Answer = {
  response: PublishedJwt
  basis: Basis
  made: number
  /** From then on it is not given any more. */
  until: number
  /** From then on another is made, ahead of its end. */
  renewFrom: number
}

/** Seconds. What others publish may change without our being told, so no answer is kept for longer. */
const MAX_AGE = 300

/** The last part of its time in which an answer is renewed, each process at another moment of it. */
const JITTER = 0.25

/** The anchors that nobody knows here make no difference, and must not fill a cache. */
export function describeQuery({ subject, anchors, entityTypes, audience }: Omit<Query, 'key'>): Query {
  const key = JSON.stringify([subject, anchors.map(({ id }) => id), entityTypes, audience ?? null])
  return { key, subject, anchors, entityTypes, audience }
}

export function describeAnswer(jwt: string, basis: Basis, made: number): Answer {
  const response = readPublishedJwt(jwt)
  const until = Math.min(response.expires ?? made, made + MAX_AGE)
  // The clock counts whole seconds: rounded down, at least the last of them is left to renew in.
  const renewFrom = made + Math.floor((until - made) * (1 - JITTER * Math.random()))
  return { response, basis, made, until, renewFrom }
}
