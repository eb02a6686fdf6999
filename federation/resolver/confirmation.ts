/** Skips the check of a response's inputs while they cannot have changed. */
import type { KeySets } from '#store/key-directory.ts'
import type { Reader } from '#store/reader.ts'
import type { Answer } from './answer.ts'
import type { TrustAnchor } from './trust-anchor.ts'

/** Milliseconds. Foreign writers announce no changes. */
const MAX_AGE_MS = 1_000

type Confirmed = { generation: number; at: number; keys: KeySets; anchors: readonly TrustAnchor[] }

export type Confirmation = {
  /** Returns the result of `check`, or true if it was true recently and no change was announced since. */
  confirm(answer: Answer, anchors: readonly TrustAnchor[], check: () => Promise<boolean>): Promise<boolean>
  /** Whether `confirm` would return true without `check` for the anchors of the last call. */
  isRecent(answer: Answer): boolean
}

export function createConfirmation(options: {
  reader: Pick<Reader, 'onChange'>
  keys: () => KeySets
}): Confirmation {
  const confirmed = new WeakMap<Answer, Confirmed>()
  let generation = 0
  options.reader.onChange(() => {
    generation += 1
  })
  function findRecent(answer: Answer): Confirmed | undefined {
    const earlier = confirmed.get(answer)
    const isRecent =
      earlier?.generation === generation &&
      performance.now() - earlier.at < MAX_AGE_MS &&
      earlier.keys === options.keys()
    return isRecent ? earlier : undefined
  }

  return {
    async confirm(answer, anchors, check) {
      const earlier = findRecent(answer)
      if (earlier && hasSameKeys(earlier.anchors, anchors)) return true
      const beforeCheck = { generation, at: performance.now(), keys: options.keys(), anchors }
      const isValid = await check()
      if (isValid) confirmed.set(answer, beforeCheck)
      return isValid
    },
    isRecent: (answer) => findRecent(answer) !== undefined,
  }
}

function hasSameKeys(before: readonly TrustAnchor[], after: readonly TrustAnchor[]): boolean {
  return before.every(({ keys }, index) => keys === after[index]?.keys)
}
