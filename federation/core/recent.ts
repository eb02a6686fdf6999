/**
 * Keeps what was used last, within a number of bytes. The values are of two generations: when the younger one has half of
 * the bytes it becomes the older one, and what was not used since then ends at once. So a use costs one look-up.
 */

export type Recent<Value> = {
  /** A use. */
  get(key: string): Value | undefined
  /** Does not count as a use. */
  peek(key: string): Value | undefined
  set(key: string, value: Value): void
  delete(key: string): void
  /** Of all, as they are at the call. */
  keys(): string[]
}

export type RecentOptions<Value> = {
  /** Bytes of all. A value of more than half of them is not kept. */
  maxSize: number
  sizeOf(value: Value, key: string): number
}

export function createRecent<Value>({ maxSize, sizeOf }: RecentOptions<Value>): Recent<Value> {
  let [young, old] = [new Map<string, Value>(), new Map<string, Value>()]
  /** Of the young generation, with what was replaced in it. */
  let size = 0

  function set(key: string, value: Value): void {
    const added = sizeOf(value, key)
    if (added > maxSize / 2) return void remove(key)
    if (size + added > maxSize / 2) {
      old = young
      young = new Map()
      size = 0
    }
    size += added
    young.set(key, value)
  }

  function remove(key: string): void {
    young.delete(key)
    old.delete(key)
  }

  return {
    get(key) {
      const value = young.get(key)
      if (value !== undefined) return value
      const earlier = old.get(key)
      if (earlier !== undefined) set(key, earlier)
      return earlier
    },
    peek: (key) => young.get(key) ?? old.get(key),
    set,
    delete: remove,
    keys: () => [...new Set([...old.keys(), ...young.keys()])],
  }
}
