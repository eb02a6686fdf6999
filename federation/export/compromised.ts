/** Recognizes what a compromised key signed, which may be of its thief. */
import type { KeySets } from '#store/key-directory.ts'
import { decodePart } from '#store/published-jwt.ts'

export type KeyFiles = { current(): Pick<KeySets, 'historical'> }

export function readCompromisedKids({ current }: KeyFiles): ReadonlySet<unknown> {
  const compromised = current().historical.filter(({ revoked }) => revoked?.reason === 'compromised')
  return new Set(compromised.map(({ kid }) => kid))
}

/** A list has no signature. */
export function isSignedWith(kids: ReadonlySet<unknown>, body: Buffer): boolean {
  return kids.size > 0 && kids.has(decodePart(body.toString('latin1', 0, body.indexOf('.')))?.kid)
}
