/** Matches typed text against the entries of the palette, best match first. */

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

/**
 * The rank of a match: 0 at the beginning of the label, 1 at the beginning of a word, 2 inside a word, 3 in a search
 * word.
 */
function distance(word: string, label: string, others: string): number | undefined {
  if (label.startsWith(word)) return 0
  if (label.includes(` ${word}`)) return 1
  // Two letters occur inside nearly every word.
  if (word.length > 2 && label.includes(word)) return 2
  return ` ${others}`.includes(` ${word}`) ? 3 : undefined
}

/** All words must occur. Entries with the same score keep their order. */
export function matching<Entry extends Searchable>(entries: readonly Entry[], query: string): Entry[] {
  const words = fold(query).split(/\s+/).filter(Boolean)
  const scored = entries.flatMap((entry) => {
    const [label, others] = [fold(entry.label), fold(entry.words ?? '')]
    let total = 0
    for (const word of words) {
      const away = distance(word, label, others)
      if (away === undefined) return []
      total += away
    }
    return [{ entry, total }]
  })
  return scored.toSorted((a, b) => a.total - b.total).map(({ entry }) => entry)
}
