/** Selects the keys that our statements list, and says when the first of them ends (§8.7.2). */
import type { EntityStatementClaims } from '#core/entity-statement/index.ts'
import { type Jwk, type JwkSet, keyEnd, selectUsableKeys } from '#core/keys.ts'
import type { TrustMarkOwner } from '#core/trust-mark/index.ts'

/** When a JWT is valid, in unix seconds. */
export type Life = { now: number; until: number }

/** Our own keys. The one that signs stays: without it, the Entity Configuration would not verify. */
export function listOwnKeys({ keys }: JwkSet, { kid, ...life }: Life & { kid: string }): JwkSet {
  const usable = new Set<Jwk>(selectUsableKeys(keys, life))
  return { keys: keys.filter((key) => usable.has(key) || key.kid === kid) }
}

/** An owner with the keys to list. Without a usable one, all stay: without its owner, a type needs no delegation. */
export function listOwner(owner: TrustMarkOwner, life: Life): TrustMarkOwner {
  const usable = selectUsableKeys(owner.jwks.keys, life)
  return usable.length > 0 ? { ...owner, jwks: { keys: usable } } : owner
}

/** The keys of a subordinate, and the `exp` of its statement. It ends with the last of them; without any, it has ended. */
export function vouchFor({ keys }: JwkSet, life: Life): { keys: JwkSet; exp: number } {
  const usable = selectUsableKeys(keys, life)
  const listed = usable.length > 0 ? usable : keys
  return { keys: { keys: listed }, exp: Math.min(life.until, Math.max(0, ...listed.map(keyEnd))) }
}

/**
 * When the first key that a statement lists ends while the statement is valid, in unix seconds; null if none does. Keys
 * of owners count.
 */
export function firstListedEnd({ iat, exp, jwks, trust_mark_owners }: EntityStatementClaims): number | null {
  const sets = [jwks, ...Object.values(trust_mark_owners ?? {}).map((owner) => owner.jwks)]
  const ends = sets.flatMap(({ keys }) => keys.map(keyEnd)).filter((end) => end > iat && end < exp)
  return ends.length > 0 ? Math.min(...ends) : null
}

/** Whether a key has ended that a statement of this `iat` listed. */
export function listsEndedKey({ keys }: JwkSet, { iat, now }: { iat: number; now: number }): boolean {
  return keys.map(keyEnd).some((end) => end > iat && end <= now)
}
