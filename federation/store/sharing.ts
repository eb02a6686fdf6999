/** Keeps equal values of many items once, because a million copies need hundreds of megabytes. */

/** Returns the first value that had the key. */
export function createSharing<Value>(keyOf: (value: Value) => string): (value: Value) => Value {
  const known = new Map<string, Value>()
  return (value) => {
    const key = keyOf(value)
    const held = known.get(key)
    if (held !== undefined) return held
    known.set(key, value)
    return value
  }
}
