/** JSON as signed statements need it: no member name twice (§6.1.2), no deep nesting, compared by value. */

export type JsonObject = Record<string, unknown>

const MAX_DEPTH = 32

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Own members only: names come from strangers, and `constructor` must not find what every object inherits. */
export function member<T>(object: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined
}

/**
 * Parses JSON text that two readers cannot understand differently.
 * @throws SyntaxError with a sentence that says what is wrong
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  checkStructure(text)
  return value
}

/** Walks text that is known to be JSON; only structure and member names are looked at. */
function checkStructure(text: string): void {
  const open: (Set<string> | undefined)[] = []
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '{') open.push(new Set())
    else if (character === '[') open.push(undefined)
    else if (character === '}' || character === ']') open.pop()
    else if (character === '"') {
      const end = endOfString(text, at)
      const names = open.at(-1)
      if (names && isMemberName(text, end)) addName(names, JSON.parse(text.slice(at, end)))
      at = end - 1
    }
    if (open.length > MAX_DEPTH) throw new SyntaxError(`it is nested deeper than ${MAX_DEPTH} levels`)
  }
}

function endOfString(text: string, start: number): number {
  let at = start + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

/** In JSON, a string followed by a colon is a member name and nothing else. */
function isMemberName(text: string, end: number): boolean {
  let at = end
  while (/\s/.test(text[at] ?? '')) at++
  return text[at] === ':'
}

function addName(names: Set<string>, name: string): void {
  if (names.has(name)) throw new SyntaxError(`it has the member "${name}" twice`)
  names.add(name)
}

/** Equality of JSON values: members in any order, array elements in order. */
export function jsonEqual(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((element, at) => jsonEqual(element, b[at]))
  }
  if (isJsonObject(a) && isJsonObject(b)) {
    const names = Object.keys(a)
    return (
      names.length === Object.keys(b).length &&
      names.every((name) => Object.hasOwn(b, name) && jsonEqual(a[name], b[name]))
    )
  }
  return a === b
}
