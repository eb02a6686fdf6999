/** Reads comma-separated values (RFC 4180) as a spreadsheet or this console wrote them. */

export interface Line {
  /** Counted from 1. */
  number: number
  cells: string[]
}

const separators = [',', ';', '\t']

/** A list without separators has one cell per line. Quoted cells can have line breaks. */
export function readTable(text: string): Line[] {
  const lines: Line[] = []
  const separator = /[,;\t]/.exec(text.split('\n', 1)[0] ?? '')?.[0] ?? ','
  let number = 1
  for (let at = 0; at < text.length; ) {
    const cells: string[] = []
    const start = number
    for (let isOpen = true; isOpen; ) {
      // After an identifier any separator ends the first cell, because users mix them.
      const { cell, end } = readCell(text, at, cells.length === 0 ? separators : [separator])
      cells.push(cell)
      number += text.slice(at, end).split('\n').length - 1
      isOpen = end < text.length && text[end] !== '\n'
      at = end + 1
    }
    number += 1
    lines.push({ number: start, cells })
  }
  return lines
}

/** The cell that begins there, and the place of the separator or line break after it. */
function readCell(text: string, begin: number, ends: readonly string[]): { cell: string; end: number } {
  const quoted = /[^\S\n]*"((?:[^"]|"")*)"[^\S\n]*/y
  quoted.lastIndex = begin
  const found = quoted.exec(text)
  const after = found ? quoted.lastIndex : begin
  if (found && (after === text.length || text[after] === '\n' || ends.includes(text[after] ?? ''))) {
    return { cell: harmful(found[1]?.replaceAll('""', '"') ?? ''), end: after }
  }
  let end = begin
  while (end < text.length && text[end] !== '\n' && !ends.includes(text[end] ?? '')) end += 1
  return { cell: harmful(text.slice(begin, end).trim()), end }
}

/** Without the apostrophe that keeps a spreadsheet from running a cell (csv.ts). */
const harmful = (cell: string) => cell.replace(/^'(?=[=+\-@\t\r])/, '')
