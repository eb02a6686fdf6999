/** Parts of Markdown: text, tables and sections. */

export const notice = '<!-- Made by `npm run docs` from the code; a test compares. -->'

const codeOrLink = /(`[^`]*`|\[[^\]]*\]\(https:[^)]*\))/

/** A description as running text on one line: code and links stay, other marks are shown as they are. */
export function plain(text: string): string {
  const parts = text.replace(/\s+/g, ' ').trim().split(codeOrLink)
  return parts.map((part, at) => (at % 2 === 1 ? part : part.replace(/[<>*[\]]/g, '\\$&'))).join('')
}

const cell = (text: string) => text.replaceAll('|', '\\|')

/** A table; an empty text without rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

export const code = (text: string): string => `\`${text}\``

/** Blocks with an empty line between them; empty ones are left out. */
export const blocks = (...parts: readonly string[]): string =>
  parts.filter((part) => part !== '').join('\n\n')

/** A section with its parts; an empty text without them. */
export const section = (title: string, parts: readonly string[]): string =>
  parts.length === 0 ? '' : blocks(`## ${title}`, ...parts)

/** The anchor of a heading, as GitHub gives it. */
export const toAnchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-')
