/** Reads the text of a file, YAML or JSON, and finds the place of a value in it. */
import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
  visit,
} from 'yaml'
import { quote } from '#core/errors.ts'
import { findJsonFault, JsonStructureError, parseJson } from '#core/json.ts'
import { formatPath, type Path } from '#core/path.ts'
import type { Fault } from '#server/plan/plan.ts'

export type NamedText = { name: string; content: string }

/** How often a file may use its anchors, which multiply its size. */
const MAXIMUM_ALIASES = 100

const tooManyAliases = `Its aliases stand for too much. At most ${MAXIMUM_ALIASES} values may come of them.`

const TOO_DEEP = 'Its values are nested too deeply.'

const options = { version: '1.2', logLevel: 'error', uniqueKeys: false } as const

/** The value, or what is wrong with the text. */
export type Parsed = { value: unknown } | { faults: Fault[] }

/** A file of JSON is one of YAML too; it is read faster. */
export function parseText({ name, content }: NamedText): Parsed {
  const isJson = name.endsWith('.json')
  if (!isJson && !/^\s*[{[]/.test(content)) return readYaml(name, content)
  try {
    return { value: parseJson(content) }
  } catch (error) {
    if (error instanceof JsonStructureError) {
      const [first = '', ...rest] = error.message
      const message = `${first.toUpperCase()}${rest.join('')}.`
      return { faults: [{ file: name, ...placeAt(content, error.offset), message }] }
    }
    if (!isJson) return readYaml(name, content) // a map of YAML may begin so
    const [, line = '1', column = '1'] = /\(line (\d+) column (\d+)\)/.exec(String(error)) ?? []
    return {
      faults: [{ file: name, line: Number(line), column: Number(column), message: 'This is no JSON.' }],
    }
  }
}

function placeAt(content: string, offset: number): Place {
  const before = content.slice(0, offset).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

function readYaml(file: string, content: string): Parsed {
  try {
    const lineCounter = new LineCounter()
    const document = parseDocument(content, { ...options, lineCounter })
    const found = [...document.errors, ...document.warnings].map(({ message, pos: [at] }) => ({
      at,
      message: wordsOf(message),
    }))
    const own = found.length > 0 ? [] : findOwnFaults(document)
    const faults = [...found, ...own].map(({ at, message }): Fault => {
      const { line, col } = lineCounter.linePos(at)
      return { file, line: Math.max(line, 1), column: Math.max(col, 1), message }
    })
    if (faults.length > 0) return { faults }
    const value: unknown = document.toJS({ maxAliasCount: MAXIMUM_ALIASES })
    JSON.stringify(value) // an anchor that contains itself has no end
    const unusable = findJsonFault(value)
    if (!unusable) return { value }
    const { line, col } = lineCounter.linePos(offsetOf(document.contents, unusable.path))
    const message = `${formatPath(unusable.path)} ${unusable.finding}.`
    return { faults: [{ file, line, column: col, message }] }
  } catch (error) {
    return { faults: [{ file, line: 1, column: 1, message: sentenceOf(error) }] }
  }
}

/** What the library finds too, in a time that grows with the square of the file. */
function findOwnFaults(document: Document.Parsed): { at: number; message: string }[] {
  const faults: { at: number; message: string }[] = []
  let aliases = 0
  visit(document, {
    Map(_, { items }) {
      const names = new Set<string>()
      for (const { key } of items) {
        if (!isScalar(key)) continue
        const name = String(key.value)
        if (names.has(name))
          faults.push({
            at: rangeOf(key) ?? 0,
            message: `It has the member ${quote(name)} twice.`,
          })
        names.add(name)
      }
    },
    Alias(_, { range }) {
      aliases += 1
      if (aliases <= MAXIMUM_ALIASES) return undefined
      faults.push({ at: range?.[0] ?? 0, message: tooManyAliases })
      return visit.BREAK
    },
  })
  return faults
}

/** The library repeats the place and the text. */
function wordsOf(message: string): string {
  const [words = ''] = message.split(/ at line \d/)
  return /call stack/.test(words) ? TOO_DEEP : `${words}.`
}

function sentenceOf(error: unknown): string {
  if (error instanceof RangeError) return TOO_DEEP
  if (error instanceof ReferenceError) return tooManyAliases
  return 'An anchor contains itself.'
}

/** A line and a column, from 1. */
export type Place = { line: number; column: number }

/** The place of each name of a member or item; that of the nearest one around it if there is none. */
export function locateAll({ content }: NamedText, paths: readonly Path[]): Place[] {
  const lineCounter = new LineCounter()
  const { contents } = parseDocument(content, { ...options, lineCounter })
  return paths.map((path) => {
    const { line, col } = lineCounter.linePos(offsetOf(contents, path))
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  })
}

function offsetOf(contents: ParsedNode | null, path: Path): number {
  let node: unknown = contents
  let at = contents?.range[0] ?? 0
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part))
      if (!pair) break
      if (isScalar(pair.key)) at = pair.key.range?.[0] ?? at
      node = pair.value
    } else if (isSeq(node)) {
      const item: unknown = node.items[Number(part)]
      if (!item) break
      at = rangeOf(item) ?? at
      node = item
    } else break
  }
  return at
}

const rangeOf = (item: unknown) =>
  isMap(item) || isSeq(item) || isScalar(item) ? item.range?.[0] : undefined
