/** Compares what a request asks to record with what the entity declares, or with what is registered. */
import { isJsonEqual } from '#core/json.ts'
import type { Difference } from '#core/json-difference.ts'
import { differencesBetween } from '#lib/json/difference.ts'
import { isRecord } from '#lib/json/json.ts'
import { type Jwk, keysOf, kidOf } from '#lib/key/jwk.ts'

/** What the federation has recorded about the entity. */
export interface Registered {
  jwks: unknown
  metadata: unknown
  /** New keys are recorded together with the metadata that the entity declares. */
  metadataFollowsEntity: boolean
  /** The Entity Configuration as fetched last. */
  entityConfiguration: { claims: unknown }
}

interface Asked {
  changes: unknown
  /** Null: the entity was not fetched for the request. */
  declared: unknown
}

const has = (changes: unknown, name: string) => isRecord(changes) && name in changes
const member = (value: unknown, name: string) => (isRecord(value) ? value[name] : undefined)

/** Null in the changes: what the entity declares. */
const chosen = ({ changes, declared }: Asked, name: 'jwks' | 'metadata') =>
  member(changes, name) ?? member(declared, name)

const byKid = (jwks: unknown): ReadonlyMap<string, Jwk> =>
  new Map(keysOf({ jwks }).map((key, index) => [kidOf(key) ?? `key ${index + 1}`, key]))

/** Key by key, so that added and removed keys are seen at once. */
function keyDifferences(before: unknown, after: unknown): Difference[] {
  const [one, other] = [byKid(before), byKid(after)]
  return [...new Set([...one.keys(), ...other.keys()])]
    .map((kid) => ({ path: ['keys', kid], before: one.get(kid), after: other.get(kid) }))
    .filter((key) => !isJsonEqual(key.before, key.after))
}

const metadataDifferences = (before: unknown, after: unknown) =>
  differencesBetween(before, after, ['metadata'])

/** From what the entity declares to what a registration records. */
export const differencesFromDeclared = (asked: Asked): Difference[] => [
  ...keyDifferences(member(asked.declared, 'jwks'), chosen(asked, 'jwks')),
  ...metadataDifferences(member(asked.declared, 'metadata'), chosen(asked, 'metadata')),
]

/** From what is registered to what a change records. */
export function differencesFromRegistered(asked: Asked, registered: Registered): Difference[] {
  const { jwks, metadata, metadataFollowsEntity, entityConfiguration } = registered
  const isFetched = isRecord(asked.declared)
  const isMetadataRecorded = has(asked.changes, 'metadata') || (metadataFollowsEntity && isFetched)
  const after = chosen(asked, 'metadata') ?? member(entityConfiguration.claims, 'metadata')
  return [
    ...(has(asked.changes, 'jwks') ? keyDifferences(jwks, chosen(asked, 'jwks')) : []),
    ...(isMetadataRecorded ? metadataDifferences(metadata, after) : []),
  ]
}
