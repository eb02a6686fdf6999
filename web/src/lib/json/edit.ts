/** Changes a JSON object without mutation: a form and a JSON editor share the same draft. */
import { isRecord } from '#lib/json/json.ts'

export type JsonObject = Record<string, unknown>

const objectOf = (value: unknown): JsonObject => (isRecord(value) ? value : {})

/** The value at a path; undefined if a part of the path is missing. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (found, name) => (isRecord(found) && Object.hasOwn(found, name) ? found[name] : undefined),
    value,
  )
}

/** Sets a member and creates the objects on its path. */
export function withValue(object: unknown, path: readonly string[], value: unknown): JsonObject {
  const [name, ...rest] = path
  if (name === undefined) return objectOf(value)
  const next = rest.length === 0 ? value : withValue(valueAt(object, [name]), rest, value)
  return { ...objectOf(object), [name]: next }
}

/** Removes a member; the objects around it stay, even if they are empty. */
export function withoutValue(object: unknown, path: readonly string[]): JsonObject {
  const [name, ...rest] = path
  const present = objectOf(object)
  if (name === undefined || !Object.hasOwn(present, name)) return present
  if (rest.length > 0) return { ...present, [name]: withoutValue(present[name], rest) }
  return Object.fromEntries(Object.entries(present).filter(([key]) => key !== name))
}

/** Removes empty objects down to a depth; forms create them, and they mean nothing. */
export function withoutEmpty(object: JsonObject, depth: number): JsonObject {
  const entries = Object.entries(object).flatMap(([name, value]): [string, unknown][] => {
    if (!isRecord(value)) return [[name, value]]
    const inner = depth > 1 ? withoutEmpty(value, depth - 1) : value
    return Object.keys(inner).length > 0 ? [[name, inner]] : []
  })
  return Object.fromEntries(entries)
}
