/** What our issued Trust Marks are judged by: our keys, and the types and owners in our Entity Configuration. */
import { decodeJwt } from 'jose'
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { type Jwk, type JwkSet, parseJwkSet, selectUsableKeys } from '#core/keys.ts'
import { parseTrustMarkOwners, type TrustMarkOwners } from '#core/trust-mark/index.ts'
import { type KeySets, verificationKeys } from '#store/key-directory.ts'
import type { PublishedJwt } from '#store/published-jwt.ts'
import type { UnusedTypes } from '#store/trust-mark-reader.ts'

export type MarkRules = {
  /** With `etag` and `unused`, what the rules come from. */
  directory: KeySets
  etag: string | undefined
  /** Keys of the key directory that verify our marks. */
  jwks: JwkSet
  /** Names of these keys and of those in our Entity Configuration, which knows a new key first. Too weak to sign a status by. */
  publishedKids: ReadonlySet<string>
  owners: TrustMarkOwners
  /** The types in use, of any issuer. */
  types: ReadonlySet<string>
  /** Our own types that are not in use. */
  unused: UnusedTypes
}

export function describeMarkRules(
  entityId: EntityId,
  directory: KeySets,
  configuration: PublishedJwt | undefined,
  unused: UnusedTypes,
  /** Unix seconds. The publisher signs the Entity Configuration again when one of its keys ends. */
  now: number,
): MarkRules {
  const claims = configuration ? decodeJwt<Record<string, unknown>>(configuration.jwt) : {}
  const jwks = verificationKeys(directory)
  const publishedJwks = { keys: [...jwks.keys, ...selectNewKeys(claims.jwks, directory)] }
  const owners = Object.entries(readOwners(claims.trust_mark_owners)).map(([type, owner]) => [
    type,
    // We sign our own delegations with the keys of our marks.
    { ...owner, jwks: owner.sub === entityId ? publishedJwks : withoutEnded(owner.jwks, now) },
  ])
  return {
    directory,
    etag: configuration?.etag,
    jwks,
    publishedKids: new Set(publishedJwks.keys.map(({ kid }) => kid)),
    owners: Object.fromEntries(owners),
    types: new Set(Object.keys(claims.trust_mark_issuers ?? {})),
    unused,
  }
}

const withoutEnded = ({ keys }: JwkSet, now: number): JwkSet => ({
  keys: selectUsableKeys(keys, { now, until: Infinity }),
})

/** Another writer may publish what we would refuse. */
function readOwners(value: unknown): TrustMarkOwners {
  try {
    return value === undefined ? {} : parseTrustMarkOwners(value, undefined, { allowHttp: true })
  } catch (error) {
    if (error instanceof FederationError) return {}
    throw error
  }
}

/** The keys of a published set that are not in the key directory yet. */
function selectNewKeys(value: unknown, { published, historical }: KeySets): Jwk[] {
  const known = new Set([...published.keys, ...historical].map(({ kid }) => kid))
  return readKeys(value).filter(({ kid }) => !known.has(kid))
}

function readKeys(value: unknown): Jwk[] {
  try {
    return parseJwkSet(value).keys
  } catch (error) {
    if (error instanceof FederationError) return []
    throw error
  }
}
