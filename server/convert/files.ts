/** Writes converted configuration: files in a folder, or one document. The same content gives the same bytes. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileDocument } from '#server/as-code/document.ts'
import { formatHead, formatItems, formatSection, formatSectionHead } from '#server/as-code/format.ts'
import { changesSince, type SourceChange } from '#server/convert/changes.ts'
import { type Fields, sections } from '#server/plan/section.ts'

export type ConvertedFile = {
  /** In the folder, such as `organizations.yaml`. */
  name: string
  document: FileDocument
  /** Lines of comments at the beginning and the end. */
  head: readonly string[]
  tail: readonly string[]
  /** Lines of comments before an item of a list. */
  notesOf?(item: Fields): readonly string[]
}

/** YAML with its comments. */
export function formatFile({ document, head, tail, notesOf = () => [] }: ConvertedFile): string {
  const parts = sections.map((section) => {
    const content = document[section]
    if (content === undefined) return ''
    if (!isList(content)) return formatSection(section, content)
    if (content.length === 0) return ''
    const items = content.map((item) => formatComment(notesOf(item)) + formatItems([item]))
    return formatSectionHead(section) + items.join('')
  })
  const end = tail.length > 0 ? `\n${formatComment(tail)}` : ''
  return `${formatComment(head)}${formatHead(document)}${parts.join('')}${end}`
}

/** Text of the source must not end a comment, nor hide what follows. */
const formatComment = (lines: readonly string[]) =>
  lines
    .map((line) => `# ${line.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')}`.trimEnd())
    .map((line) => `${line}\n`)
    .join('')

const isList = (content: Fields | readonly Fields[]): content is readonly Fields[] => Array.isArray(content)

/** Null: the folder has no such files yet. */
export async function changesIn(
  folder: string,
  files: readonly ConvertedFile[],
): Promise<SourceChange[] | null> {
  const found = await Promise.all(
    files.map(({ name, document }) => changesSince(join(folder, name), document)),
  )
  return found.every((changes) => changes === null) ? null : found.flatMap((changes) => changes ?? [])
}

/** All or, if one cannot be written, none: each is complete before the first takes its name. */
export async function writeFiles(folder: string, files: readonly ConvertedFile[]): Promise<void> {
  await mkdir(folder, { recursive: true })
  const places = files.map((file) => ({
    file,
    to: join(folder, file.name),
    draft: join(folder, `.${file.name}.new`),
  }))
  try {
    for (const { file, draft } of places) await writeFile(draft, formatFile(file))
    for (const { draft, to } of places) await rename(draft, to)
  } finally {
    for (const { draft } of places) await rm(draft, { force: true })
  }
}

/** The files as one. */
export function joinFiles(files: readonly [ConvertedFile, ...ConvertedFile[]]): ConvertedFile {
  const [first] = files
  const document = Object.assign({}, ...files.map((file) => file.document)) as FileDocument // of those of one anchor
  return {
    name: '',
    document,
    head: first.head,
    tail: files.flatMap(({ tail }) => tail),
    notesOf: (item) => files.flatMap(({ notesOf }) => notesOf?.(item) ?? []),
  }
}
