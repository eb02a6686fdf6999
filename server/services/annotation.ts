/** Note and tags: operators write them for themselves, and nothing of them is published. */
import { InvalidInputError } from '#server/error/operation-error.ts'
import { field, inApi } from '#server/services/patch.ts'

const MAXIMUM_NOTE = 4000
export const MAXIMUM_TAGS = 20
const MAXIMUM_TAG = 40

export const annotationFields = {
  note: inApi(
    'String',
    'The note of the operators, at most 4000 characters. It is never published.',
    field(null, parseNote),
  ),
  tags: inApi(
    ['String'],
    'The tags of the operators, at most 20 with 1 to 40 characters each, unique without regard to case. They are never published.',
    field([], (tags: readonly string[]) => parseTags(tags)),
  ),
}

/** Null for a note without text. @throws InvalidInputError */
function parseNote(note: string): string | null {
  if (typeof note !== 'string') throw new InvalidInputError('note must be a text.', 'note')
  const text = note.replaceAll(/\r\n?/g, '\n').trim()
  if (text.length > MAXIMUM_NOTE) {
    const message = `note has ${text.length} characters. At most ${MAXIMUM_NOTE} are allowed.`
    throw new InvalidInputError(message, 'note')
  }
  return text || null
}

/** Trimmed, each once without regard to case, as written first. @throws InvalidInputError */
export function parseTags(tags: readonly string[], name = 'tags'): string[] {
  if (!Array.isArray(tags)) throw new InvalidInputError(`${name} must be a list of texts.`, name)
  const unique = withTags(
    tags.map((tag, at) => parseTag(tag, [name, at])),
    {},
  )
  if (unique.length <= MAXIMUM_TAGS) return unique
  throw new InvalidInputError(
    `${unique.length} tags are too many. At most ${MAXIMUM_TAGS} are allowed.`,
    name,
  )
}

function parseTag(tag: unknown, path: [string, number]): string {
  const text = typeof tag === 'string' ? tag.trim() : ''
  if (text === '') throw new InvalidInputError('A tag must be a text with at least one character.', ...path)
  if (text.length > MAXIMUM_TAG) {
    const message = `The tag "${text.slice(0, MAXIMUM_TAG)}…" has ${text.length} characters. At most ${MAXIMUM_TAG} are allowed.`
    throw new InvalidInputError(message, ...path)
  }
  // Lists of tags in CSV files and addresses are separated by commas.
  if (/[\p{Cc},]/u.test(text))
    throw new InvalidInputError('A tag must not contain a comma or a line break.', ...path)
  return text
}

/** The form in which tags are compared. */
export const tagKey = (tag: string): string => tag.trim().normalize('NFC').toLowerCase()

/** The condition of a filter by tags. @throws InvalidInputError for more tags than an object can have */
export function tagCondition(tags: readonly string[]) {
  if (tags.length > MAXIMUM_TAGS)
    throw new InvalidInputError(`tags must have at most ${MAXIMUM_TAGS} entries.`, 'tags')
  return { tagKeys: { hasEvery: tags.map(tagKey) } }
}

/** The tags after a change; a tag that is there keeps its spelling. */
export function withTags(
  tags: readonly string[],
  { add = [], remove = [] }: { add?: readonly string[]; remove?: readonly string[] },
): string[] {
  const byKey = new Map<string, string>()
  for (const tag of [...tags, ...add]) if (!byKey.has(tagKey(tag))) byKey.set(tagKey(tag), tag)
  for (const tag of remove) byKey.delete(tagKey(tag))
  return [...byKey.values()]
}
