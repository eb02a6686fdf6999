/** Keeps answers ready to be sent until what they were made from changes, or something that they name expires. */
import { LRUCache } from 'lru-cache'

/** The lists that the reader holds, which it replaces when something changes. `expires` is in unix seconds. */
type List = readonly { expires: number | undefined }[]

/** An answer, to be sent as JSON, and what it no longer holds without. */
type Made = { answer: unknown; names: readonly List[] }

/** Text goes out in one write with the headers; what is longer is better kept as bytes than copied each time. */
type Body = string | Buffer

type Kept = { body: Body; sources: readonly List[]; until: number }

export type BodyCache = (
  key: string,
  sources: readonly List[],
  now: number,
  make: () => Made | Promise<Made>,
) => Promise<Body>

/** Characters. */
const MAX_TEXT = 16 * 1024

/** Answers kept in memory by one endpoint, in bytes. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024

export function createBodyCache(): BodyCache {
  const bodies = new LRUCache<string, Kept>({
    maxSize: MAX_KEPT_BYTES,
    sizeCalculation: ({ body }, key) => body.length + key.length,
  })
  return async (key, sources, now, make) => {
    const kept = bodies.get(key)
    if (kept && kept.until > now && isSame(kept.sources, sources)) return kept.body
    const { answer, names } = await make()
    const text = JSON.stringify(answer)
    const body = text.length > MAX_TEXT ? Buffer.from(text) : text
    bodies.set(key, { body, sources, until: nextExpiry(names, now) })
    return body
  }
}

function isSame(before: readonly List[], after: readonly List[]): boolean {
  return before.length === after.length && before.every((list, at) => list === after[at])
}

function nextExpiry(lists: readonly List[], now: number): number {
  let next = Infinity
  for (const list of lists) {
    for (const { expires = Infinity } of list) if (expires > now && expires < next) next = expires
  }
  return next
}
