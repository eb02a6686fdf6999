/** Goes through many entities: in pages, between which the process answers requests, and equal ones once. */
import { setImmediate } from 'node:timers/promises'

/** Milliseconds for all entities of a part; those that are left are not examined. */
const PATIENCE_MS = 60_000

/** False: the time was over before the last page. */
export async function visitAll<Examined>(
  pages: AsyncIterable<readonly Examined[]>,
  visit: (examined: Examined) => void,
): Promise<boolean> {
  const end = performance.now() + PATIENCE_MS
  for await (const page of pages) {
    for (const examined of page) visit(examined)
    if (performance.now() >= end) return false
    await setImmediate()
  }
  return true
}

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
