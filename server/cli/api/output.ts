/** Output of commands of the API: aligned columns, short lists of facts, or JSON. */
import { once } from 'node:events'
import { numberOf } from './ids.ts'

export type OutputOptions = { json?: true; limit?: number }

/** Without the characters that control a terminal: other entities wrote some of the text. */
const printable = (text: string): string => text.replaceAll(/[\p{Cc}--[\n\t]]/gv, '\uFFFD')

/** Waits while the reader is slow. */
export async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

export const writeJson = (value: unknown): Promise<void> => write(`${JSON.stringify(value)}\n`)

type Row = Readonly<Record<string, unknown>>

const valueAt = (row: Row, path: string): unknown =>
  path.split('.').reduce<unknown>((at, name) => (at as Row | null | undefined)?.[name], row)

function cellOf(value: unknown, path: string): string {
  if (value === null || value === undefined || value === '') return '-'
  if (path === 'id' || path.endsWith('.id')) return numberOf(String(value))
  if (Array.isArray(value) && value.every((each) => typeof each !== 'object')) return value.join(', ') || '-'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** `lastCheckedAt` is `last checked at`. */
const titleOf = (path: string) => path.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()

/** `owner.username` is `owner`, and `status.counts.subordinates` `subordinates`. */
const headOf = (path: string) =>
  titleOf(path.replace(/\.(username|type|link|reason|title)$/, '').replace(/^.*\./, '')).toUpperCase()

/** Writes rows below each other, page by page. The first page decides how wide the columns are at least. */
export function columnsWriter(paths: readonly string[]) {
  let widths: number[] | undefined
  return async (rows: readonly Row[]): Promise<void> => {
    const lines = rows.map((row) =>
      paths.map((path) => printable(cellOf(valueAt(row, path), path)).replaceAll(/\s+/g, ' ')),
    )
    const head = widths ? [] : [paths.map(headOf)]
    const all = [...head, ...lines]
    widths = paths.map((_path, at) =>
      Math.max(widths?.[at] ?? 0, ...all.map((line) => line[at]?.length ?? 0)),
    )
    const text = all.map((line) =>
      line
        .map((cell, at) => cell.padEnd(widths?.[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    if (text.length > 0) await write(`${text.join('\n')}\n`)
  }
}

/** Writes what an object has, a line each. */
export async function writeFacts(value: unknown): Promise<void> {
  const facts = factsOf(value, '')
  const width = Math.max(0, ...facts.map(([title]) => title.length))
  const lines = facts.map(([title, text]) => (title ? `${`${title}:`.padEnd(width + 2)}${text}` : text))
  await write(`${printable(lines.join('\n') || '-')}\n`)
}

function factsOf(value: unknown, path: string): [title: string, text: string][] {
  if (!isObject(value) || path.split('.').length > 2) return [[titleOf(path), cellOf(value, path)]]
  const inner = Object.entries(value).filter(([, each]) => each !== null && !isEmpty(each))
  if (path !== '' && inner.some(([, each]) => isObject(each))) return [[titleOf(path), JSON.stringify(value)]]
  return inner.flatMap(([name, each]) => {
    const place = path === '' ? name : `${path}.${name}`
    if (!Array.isArray(each) || !each.every(isObject)) return factsOf(each, place)
    return each.map((item): [string, string] => [titleOf(place), JSON.stringify(item)])
  })
}

const isEmpty = (value: unknown) => Array.isArray(value) && value.length === 0
const isObject = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
