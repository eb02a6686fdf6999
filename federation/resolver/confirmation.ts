/** Skips the check of a response's inputs while they cannot have changed. */
import type { Signer } from '#core/jws.ts'
import type { KeyDirectory } from '#store/key-directory.ts'
import type { Reader } from '#store/reader.ts'
import type { Answer } from './answer.ts'
import type { TrustAnchor } from './trust-anchor.ts'

/** Milliseconds. Foreign writers announce no changes. */
const MAX_AGE_MS = 1_000

type Confirmed = { generation: number; at: number; signer: Signer; anchors: readonly TrustAnchor[] }

export type Confirmation = (
  answer: Answer,
  anchors: readonly TrustAnchor[],
  check: () => Promise<boolean>,
) => Promise<boolean>

/** Returns the result of `check`, or true if it was true recently and no change was announced since. */
export function createConfirmation(options: {
  reader: Pick<Reader, 'onChange'>
  keys: () => KeyDirectory
}): Confirmation {
  const confirmed = new WeakMap<Answer, Confirmed>()
  let generation = 0
  options.reader.onChange(() => {
    generation += 1
  })
  return async (answer, anchors, check) => {
    const { signer } = options.keys()
    const earlier = confirmed.get(answer)
    const isRecent = earlier?.generation === generation && performance.now() - earlier.at < MAX_AGE_MS
    if (isRecent && earlier.signer === signer && hasSameKeys(earlier.anchors, anchors)) return true
    const beforeCheck = { generation, at: performance.now(), signer, anchors }
    const isValid = await check()
    if (isValid) confirmed.set(answer, beforeCheck)
    return isValid
  }
}

function hasSameKeys(before: readonly TrustAnchor[], after: readonly TrustAnchor[]): boolean {
  return before.every(({ keys }, index) => keys === after[index]?.keys)
}
