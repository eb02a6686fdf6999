/** Goes through the pages of a long examination, and lets the process answer requests in between. */
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
