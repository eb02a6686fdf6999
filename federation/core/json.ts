/** Parses JSON strictly, without duplicate names (§6.1.2), deep nesting or broken text, and compares JSON values. */
import { quote } from './errors.ts'
import { formatPath, type Path } from './path.ts'

export type JsonObject = Record<string, unknown>

const MAX_DEPTH = 32

/** A copy of an object would lose this member, or get another prototype. */
const UNSAFE_NAME = '__proto__'

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Reads an own member only, because untrusted names such as `constructor` must not find inherited ones. */
export function getMember<T>(object: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined
}

/**
 * Parses JSON text without ambiguities.
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  checkStructure(text)
  // Only an escape can bring such text here.
  const fault = BROKEN_ESCAPE.test(text) ? findJsonFault(value) : undefined
  if (fault) throw new SyntaxError(`${formatPath(fault.path) || 'it'} ${fault.finding}`)
  return value
}

const BROKEN_ESCAPE = /\\u(0000|d[89a-f])/i

/** Why a JSON value cannot be published or stored: `finding` continues a sentence about the value at `path`. */
export type JsonFault = { path: Path; finding: string }

type FaultOptions = {
  /** Refuses further names of members. */
  isRefused?(name: string, value: unknown): boolean
}

/** A value within the root; the chain of its parents is its path. */
type Place = { value: object; depth: number; parent?: Place; name?: string | number }

/** Finds deep nesting and broken text in values and names, at any depth, because it does not recurse. */
export function findJsonFault(
  root: unknown,
  { isRefused = () => false }: FaultOptions = {},
): JsonFault | undefined {
  if (typeof root === 'string' && isBroken(root)) return { path: [], finding: BROKEN }
  const open: Place[] = isContainer(root) ? [{ value: root, depth: 1 }] : []
  for (let place = open.pop(); place; place = open.pop()) {
    const { value, depth } = place
    if (depth > MAX_DEPTH) {
      return { path: pathOf(place).slice(0, 1), finding: `is nested deeper than ${MAX_DEPTH} levels` }
    }
    const isList = Array.isArray(value)
    for (const [key, member] of Object.entries(value)) {
      const finding = isList ? undefined : findNameFault(key, member, isRefused)
      if (finding) return { path: pathOf(place), finding }
      const name = isList ? Number(key) : key
      if (isContainer(member)) open.push({ value: member, depth: depth + 1, parent: place, name })
      else if (typeof member === 'string' && isBroken(member)) {
        return { path: [...pathOf(place), name], finding: BROKEN }
      }
    }
  }
  return undefined
}

function findNameFault(
  name: string,
  member: unknown,
  isRefused: (name: string, value: unknown) => boolean,
): string | undefined {
  if (isBroken(name)) return `has a name that ${BROKEN}`
  return name === UNSAFE_NAME || isRefused(name, member)
    ? `has the name "${name}", which is not allowed`
    : undefined
}

function pathOf(place: Place): Path {
  const path: (string | number)[] = []
  for (let at: Place | undefined = place; at?.name !== undefined; at = at.parent) path.unshift(at.name)
  return path
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null

const BROKEN = 'contains a NUL character or half of a surrogate pair'

function isBroken(text: string): boolean {
  return text.includes('\0') || !text.isWellFormed()
}

/** Valid JSON that is not taken. `offset`: the character at fault. */
export class JsonStructureError extends SyntaxError {
  readonly offset: number
  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/** Checks nesting and member names. `text` must be valid JSON. */
function checkStructure(text: string): void {
  const open: (Set<string> | undefined)[] = []
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (character === '{') open.push(new Set())
    else if (character === '[') open.push(undefined)
    else if (character === '}' || character === ']') open.pop()
    else if (character === '"') {
      const end = findStringEnd(text, index)
      const names = open.at(-1)
      if (names && isMemberName(text, end)) addName(names, JSON.parse(text.slice(index, end)), index)
      index = end - 1
    }
    if (open.length > MAX_DEPTH)
      throw new JsonStructureError(`it is nested deeper than ${MAX_DEPTH} levels`, index)
  }
}

function findStringEnd(text: string, start: number): number {
  let index = start + 1
  while (text[index] !== '"') index += text[index] === '\\' ? 2 : 1
  return index + 1
}

/** In JSON, only a member name is followed by a colon. */
function isMemberName(text: string, end: number): boolean {
  let index = end
  while (/\s/.test(text[index] ?? '')) index++
  return text[index] === ':'
}

function addName(names: Set<string>, name: string, offset: number): void {
  if (name === UNSAFE_NAME)
    throw new JsonStructureError(`it has the member ${quote(name)}, which is not allowed`, offset)
  if (names.has(name)) throw new JsonStructureError(`it has the member ${quote(name)} twice`, offset)
  names.add(name)
}

/** Compares JSON values: object members in any order, array elements in order. */
export function isJsonEqual(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((element, index) => isJsonEqual(element, b[index]))
  }
  if (isJsonObject(a) && isJsonObject(b)) {
    const names = Object.keys(a)
    return (
      names.length === Object.keys(b).length &&
      names.every((name) => Object.hasOwn(b, name) && isJsonEqual(a[name], b[name]))
    )
  }
  return a === b
}
