/** Output of commands of the API: aligned columns, short lists of facts, or JSON. */
import { once } from 'node:events'
import { exitCodes, Failure } from './failure.ts'
import { numberOf } from './ids.ts'

export type OutputOptions = { json?: true; limit?: number; only?: string }

/** Without the characters that control a terminal: members and other entities wrote some of the text. */
export const printable = (text: string): string => text.replaceAll(/[\p{Cc}--[\n\t]]/gv, '\uFFFD')

/** Waits while the reader is slow. */
export async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

export const writeJson = (value: unknown): Promise<void> => write(`${JSON.stringify(value)}\n`)

type Row = Readonly<Record<string, unknown>>

export const valueAt = (row: Row, path: string): unknown =>
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

/** Longer titles do not move the values of all. */
const TITLE_WIDTH = 36

/** Writes what an object has, a line each. */
export async function writeFacts(value: unknown): Promise<void> {
  const facts = factsOf(value, '')
  const width = Math.min(TITLE_WIDTH, Math.max(0, ...facts.map(([title]) => title.length)))
  const lines = facts.map(([title, text]) => (title ? `${`${title}:`.padEnd(width + 1)} ${text}` : text))
  await write(`${printable(lines.join('\n') || '-')}\n`)
}

/** What the text of a JWT has inside is for --json. */
const ofJwt = ['jwt', 'header', 'claims']

/** A line for each value, also of objects in objects, and for each object or sentence of a list. */
function factsOf(value: unknown, path: string): [title: string, text: string][] {
  if (value === null || (Array.isArray(value) && value.length === 0)) return []
  if (isObject(value)) {
    const hidden = 'jwt' in value ? ofJwt : []
    const shown = Object.entries(value).filter(([name]) => !hidden.includes(name))
    return shown.flatMap(([name, each]) => factsOf(each, path === '' ? name : `${path}.${name}`))
  }
  if (!Array.isArray(value) || !value.some(isLine)) return [[titleOf(path), cellOf(value, path)]]
  return value.map((item) => [titleOf(path), typeof item === 'string' ? item : JSON.stringify(item)])
}

const isLine = (value: unknown) => isObject(value) || (typeof value === 'string' && value.endsWith('.'))

/** @throws Failure if no request for it would have this field */
export function requireField(document: string, { only = '' }: OutputOptions): void {
  const names = document.split(/[^\w]+/)
  if (only === '' || only.split('.').every((name) => names.includes(name))) return
  throw new Failure(`There is no field ${only}. --json shows all of them.`, exitCodes.usage)
}

/** The value of one field, as a script takes it. */
export async function writeField(value: unknown, path: string): Promise<void> {
  const found = isObject(value) ? valueAt(value, path) : value
  const text = typeof found === 'object' && found !== null ? JSON.stringify(found) : String(found ?? '')
  await write(`${printable(text)}\n`)
}

const isObject = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
