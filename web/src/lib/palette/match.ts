/** Matches typed text against the entries of the palette, best match first. */
import { computeCommandScore } from 'bits-ui'

export interface Searchable {
  label: string
  /** Further search words. */
  words?: string
}

const fold = (text: string) =>
  text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()

/** Letters that are spread over a label match nearly everything, and so do two letters inside of a word. */
const leastFor = (word: string) => (word.length > 2 ? 0.16 : 0.4)

/** All words must occur. Labels count twice as much as search words. Entries with the same score keep their order. */
export function matching<Entry extends Searchable>(entries: readonly Entry[], query: string): Entry[] {
  const words = fold(query).split(/\s+/).filter(Boolean)
  const scored = entries.map((entry) => {
    const [label, others] = [fold(entry.label), fold(entry.words ?? '').split(' ')]
    const scores = words.map((word) => {
      // Initials are those of a label, never of several search words.
      const inOthers = others.map((other) => computeCommandScore(other, word) / 2)
      const score = Math.max(computeCommandScore(label, word), ...inOthers)
      return score > leastFor(word) ? score : 0
    })
    return { entry, score: Math.min(1, ...scores) }
  })
  return scored
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .map(({ entry }) => entry)
}
