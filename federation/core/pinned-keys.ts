/** Follows the keys of a Trust Anchor whose keys are pinned, through its own announced rollovers (§11.2). */
import { findAlgorithms } from './algorithm.ts'
import { FederationError, quote } from './errors.ts'
import { computeKeyId, type Jwk, type JwkSet, keyExpiry } from './keys.ts'

/**
 * Seconds for which a key stays pinned after its anchor has ceased to publish it. A superseded key must not verify for
 * ever; but with the thief of one key, who can publish under the name of the anchor, operators have this time to act
 * before the anchor's other keys are gone.
 */
export const PINNED_KEY_GRACE = 14 * 86_400

/** Pinned keys, and when those end that their anchor does not publish any more: kid -> unix seconds. */
export type PinnedKeys = { keys: Jwk[]; endings: Readonly<Record<string, number>> }

/**
 * Returns the keys to pin from now on: those that `announced`, a key set signed with a pinned key, adds, and the pinned
 * ones, until they end. @param now unix seconds
 * @throws FederationError `invalid_request` for another key under the `kid` of a pinned one
 */
export async function followPinnedKeys(
  pinned: PinnedKeys,
  announced: JwkSet,
  now: number,
): Promise<PinnedKeys> {
  const published = new Map(announced.keys.map((key) => [key.kid, key]))
  const keys: Jwk[] = []
  const endings: Record<string, number> = {}
  for (const key of pinned.keys) {
    const same = published.get(key.kid)
    if (same) {
      keys.push(await confirm(key, same))
      continue
    }
    const end = Math.min(pinned.endings[key.kid] ?? now + PINNED_KEY_GRACE, keyExpiry(key))
    if (end <= now) continue
    keys.push(key)
    endings[key.kid] = end
  }
  const known = new Set(pinned.keys.map(({ kid }) => kid))
  const added = announced.keys.filter(
    (key) => !known.has(key.kid) && keyExpiry(key) > now && findAlgorithms(key).length > 0,
  )
  return { keys: [...keys, ...added], endings }
}

/** The pinned key, with an earlier end if its anchor has announced one. */
async function confirm(key: Jwk, published: Jwk): Promise<Jwk> {
  if ((await computeKeyId(key)) !== (await computeKeyId(published))) {
    const message = `The key ${quote(key.kid)} is another one than the pinned key with this kid.`
    throw new FederationError('invalid_request', message, { check: 'signature' })
  }
  const exp = keyExpiry(published)
  return exp < keyExpiry(key) ? ({ ...key, exp } as Jwk) : key // jose does not know the member
}
