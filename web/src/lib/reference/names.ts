/** Finds names of the reference: types, fields, operations and commands. */
import { matching } from '#lib/palette/match.ts'
import { toAnchor } from './anchor.ts'

/** A heading of a page, and what its tables list. */
export interface Entry {
  name: string
  page: string
  /** Fields, arguments, values, parameters or options. */
  members: readonly string[]
  /** Types without a heading of their own, such as the result of a mutation. */
  parts: readonly string[]
}

/** The index of the reference and the text of a page, as the build makes them of docs/reference/. */
export interface ReferenceIndex {
  html: string
  entries: readonly Entry[]
}

export interface ReferencePage {
  title: string
  about: string
  html: string
  sections: readonly { title: string; id: string; names: readonly { name: string; id: string }[] }[]
}

export interface Found {
  name: string
  page: string
  /** The element of the page. */
  id: string
}

export const memberId = (heading: string, member: string) => `${toAnchor(heading)}.${member}`

const place = ({ name, page }: Entry): Found => ({ name, page, id: toAnchor(name) })

/**
 * The place of a name such as `Subordinate`, `Subordinate.state`, `Mutation.registerSubordinate`, the same without
 * `Mutation.`, or `inmor keys list`.
 */
export function findName(entries: readonly Entry[], wanted: string): Found | undefined {
  const exact = entries.find(({ name }) => name === wanted)
  if (exact) return place(exact)
  for (const entry of entries) {
    const member = wanted.startsWith(`${entry.name}.`) ? wanted.slice(entry.name.length + 1) : ''
    if (entry.members.includes(member))
      return { name: wanted, page: entry.page, id: memberId(entry.name, member) }
  }
  const [type = ''] = wanted.split('.')
  const part = type.replace(/Edge$/, '')
  const whole = entries.filter(({ parts }) => parts.includes(part))
  const namesake = whole.find(({ name }) =>
    part.toLowerCase().startsWith(name.replace('.', '').toLowerCase()),
  )
  const owner =
    namesake ?? whole[0] ?? entries.find(({ name }) => /^[A-Z]\w+\.(\w+)$/.exec(name)?.[1] === wanted)
  return owner && place(owner)
}

/** The places whose names match the typed text: headings, then what their tables list, each the best first. */
export function searchNames(entries: readonly Entry[], text: string): Found[] {
  const members = entries.flatMap((entry) =>
    entry.members.map((member) => ({
      name: `${entry.name}.${member}`,
      page: entry.page,
      id: memberId(entry.name, member),
    })),
  )
  return [entries.map(place), members].flatMap((places) => {
    const searchable = places.map((found) => ({ found, label: wordsOf(found.name) }))
    return matching(searchable, wordsOf(text)).map(({ found }) => found)
  })
}

const wordsOf = (name: string) => name.replace(/[./]/g, ' ')

/** What to search for instead of an unknown name: its longest beginning that finds something, or that of its last part. */
export function nearestSearch(entries: readonly Entry[], wanted: string): string {
  const candidates = [wanted, wanted.split('.').at(-1) ?? ''].flatMap(beginnings)
  return candidates.find((text) => searchNames(entries, text).length > 0) ?? ''
}

/** A name, then the same without its last word, and so on: `keyStore`, `key`. */
function beginnings(name: string): string[] {
  const words = name.split(/(?=[A-Z\s./])/)
  return words.map((_, at) => words.slice(0, words.length - at).join('')).filter((text) => text.trim() !== '')
}
