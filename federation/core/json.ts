/** Parses JSON strictly, without duplicate names (§6.1.2) or deep nesting, and compares JSON values. */

export type JsonObject = Record<string, unknown>

const MAX_DEPTH = 32

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
  return value
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
      if (names && isMemberName(text, end)) addName(names, JSON.parse(text.slice(index, end)))
      index = end - 1
    }
    if (open.length > MAX_DEPTH) throw new SyntaxError(`it is nested deeper than ${MAX_DEPTH} levels`)
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

function addName(names: Set<string>, name: string): void {
  if (names.has(name)) throw new SyntaxError(`it has the member "${name}" twice`)
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
