/** Spares looking again at what an answer was made from while nothing can have changed. */
import type { Signer } from '#core/jws.ts'
import type { KeyDirectory } from '#store/key-directory.ts'
import type { Reader } from '#store/reader.ts'
import type { Answer } from './answer.ts'
import type { TrustAnchor } from './trust-anchor.ts'

/** Milliseconds after which it is looked at all the same, since foreign writers announce nothing. */
const MAX_AGE_MS = 1_000

type Confirmed = { generation: number; at: number; signer: Signer; anchors: readonly TrustAnchor[] }

export type Confirmation = (
  answer: Answer,
  anchors: readonly TrustAnchor[],
  look: () => Promise<boolean>,
) => Promise<boolean>

/** The result of `look`, or that it was true a moment ago and no change was announced since. */
export function createConfirmation(options: {
  reader: Pick<Reader, 'onChange'>
  keys: () => KeyDirectory
}): Confirmation {
  const confirmed = new WeakMap<Answer, Confirmed>()
  let generation = 0
  options.reader.onChange(() => {
    generation += 1
  })
  return async (answer, anchors, look) => {
    const { signer } = options.keys()
    const earlier = confirmed.get(answer)
    const isRecent = earlier?.generation === generation && performance.now() - earlier.at < MAX_AGE_MS
    if (isRecent && earlier.signer === signer && hasSameKeys(earlier.anchors, anchors)) return true
    const now = { generation, at: performance.now(), signer, anchors } // before the look, which takes its time
    const holds = await look()
    if (holds) confirmed.set(answer, now)
    return holds
  }
}

function hasSameKeys(before: readonly TrustAnchor[], after: readonly TrustAnchor[]): boolean {
  return before.every(({ keys }, at) => keys === after[at]?.keys)
}
