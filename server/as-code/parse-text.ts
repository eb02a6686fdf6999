/** Reads the text of a file, YAML or JSON, and finds the place of a value in it. */
import { isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument } from 'yaml'
import type { Path } from '#core/path.ts'

export type NamedText = { name: string; content: string }

/** What is wrong, and where. */
export type Fault = Place & { file: string; message: string }

/** How often a file may use its anchors, which multiply its size. */
const MAXIMUM_ALIASES = 100

const TOO_DEEP = 'Its values are nested too deeply.'

const options = { version: '1.2', logLevel: 'error', uniqueKeys: true } as const

/** The value, or what is wrong with the text. */
export type Parsed = { value: unknown } | { faults: Fault[] }

/** A file of JSON is one of YAML too; it is read faster. */
export function parseText({ name, content }: NamedText): Parsed {
  const value = readJson(content)
  return value === undefined ? readYaml(name, content) : { value }
}

/** Undefined: it is no JSON. YAML says where. */
function readJson(content: string): unknown {
  if (!/^\s*[{[]/.test(content)) return undefined
  try {
    return JSON.parse(content)
  } catch {
    return undefined
  }
}

function readYaml(file: string, content: string): Parsed {
  try {
    const lineCounter = new LineCounter()
    const document = parseDocument(content, { ...options, lineCounter })
    const faults = [...document.errors, ...document.warnings].map(({ message, pos: [at] }): Fault => {
      const { line, col } = lineCounter.linePos(at)
      return { file, line: Math.max(line, 1), column: Math.max(col, 1), message: wordsOf(message) }
    })
    if (faults.length > 0) return { faults }
    const value: unknown = document.toJS({ maxAliasCount: MAXIMUM_ALIASES })
    JSON.stringify(value) // an anchor that contains itself has no end
    return { value }
  } catch (error) {
    return { faults: [{ file, line: 1, column: 1, message: sentenceOf(error) }] }
  }
}

/** The library repeats the place and the text. */
function wordsOf(message: string): string {
  const [words = ''] = message.split(/ at line \d/)
  return /call stack/.test(words) ? TOO_DEEP : `${words}.`
}

function sentenceOf(error: unknown): string {
  if (error instanceof RangeError) return TOO_DEEP
  if (error instanceof ReferenceError)
    return `Its aliases stand for too much. At most ${MAXIMUM_ALIASES} values may come of them.`
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
