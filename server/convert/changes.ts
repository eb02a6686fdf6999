/** What changed at a source since its file was written before. */
import { readFile } from 'node:fs/promises'
import { isJsonEqual, isJsonObject } from '#core/json.ts'
import type { FileDocument } from '#server/as-code/document.ts'
import { parseText } from '#server/as-code/parse-text.ts'
import { plural } from '#server/mail/layout.ts'
import { keyOf, kinds } from '#server/plan/kinds.ts'
import { type Fields, type Section, sections, type Verb } from '#server/plan/section.ts'

export type SourceChange = { section: Section; key: string; verb: Verb }

/** Objects that a sentence names. */
const SHOWN = 5

/** Null: there is no file, or it cannot be compared. */
export async function changesSince(path: string, document: FileDocument): Promise<SourceChange[] | null> {
  const content = await readFile(path, 'utf8').catch(() => null)
  const parsed = content === null ? null : parseText({ name: path, content })
  const before = parsed && 'value' in parsed ? parsed.value : null
  if (!isJsonObject(before)) return null
  const after: Fields = JSON.parse(JSON.stringify(document)) // as a file has it
  return sections.flatMap((section) =>
    changesOf(section, objectsOf(section, before), objectsOf(section, after)),
  )
}

type Objects = ReadonlyMap<string, unknown>

function objectsOf(section: Section, { [section]: content }: Fields): Objects {
  if (content == null) return new Map()
  if (!Array.isArray(content)) return new Map([['', content]])
  return new Map(content.map((object: Fields) => [keyOf(section, object), object]))
}

function changesOf(section: Section, before: Objects, after: Objects): SourceChange[] {
  const created = [...after].flatMap(([key, object]): SourceChange[] => {
    if (!before.has(key)) return [{ section, key, verb: 'CREATE' }]
    return isJsonEqual(before.get(key), object) ? [] : [{ section, key, verb: 'CHANGE' }]
  })
  const removed = [...before.keys()].filter((key) => !after.has(key))
  return [...created, ...removed.map((key): SourceChange => ({ section, key, verb: 'REMOVE' }))]
}

const words: Readonly<Record<Verb, string>> = { CREATE: 'new', CHANGE: 'changed', REMOVE: 'gone' }

export function describeChanges(changes: readonly SourceChange[]): string {
  if (changes.length === 0) return 'Nothing has changed at the source.'
  const groups = Map.groupBy(changes, ({ section, verb }) => `${section} ${verb}`)
  const parts = [...groups.values()].flatMap((group) => {
    const [first] = group
    if (!first) return []
    const { noun } = kinds[first.section]
    const names = group.slice(0, SHOWN).flatMap(({ key }) => (key === '' ? [] : [key]))
    const more = group.length > SHOWN ? `, and ${group.length - SHOWN} more` : ''
    const named = names.length > 0 ? ` (${names.join(', ')}${more})` : ''
    const count = names.length > 0 ? plural(group.length, noun) : noun
    return [`${count} ${words[first.verb]}${named}`]
  })
  return `At the source: ${parts.join(', ')}.`
}
