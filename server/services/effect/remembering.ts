/** Keeps computed values, so that equal members are examined once. */

/** Returns a function that computes the value of a key once, while there are few. */
export function remembering<Value>(limit: number) {
  const known = new Map<string, Value>()
  return (key: string, compute: () => Value): Value => {
    const found = known.get(key)
    if (found !== undefined) return found
    if (known.size >= limit) known.clear()
    const value = compute()
    known.set(key, value)
    return value
  }
}
