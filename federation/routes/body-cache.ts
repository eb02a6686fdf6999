/** Caches response bodies until a source list changes or a listed item expires. */
import { LRUCache } from 'lru-cache'

/** A list from the reader, which replaces it on a change. `expires` is in unix seconds. */
type List = readonly { expires: number | undefined }[]

/** A JSON response, and the items whose expiry invalidates it. */
type Built = { answer: unknown; items: readonly List[] }

/** Text needs one write, together with the headers. Long text is kept as bytes to avoid a copy per response. */
export type Body = string | Buffer

/** `until`: unix seconds at which an item expires. */
type Entry = { body: Body; sources: readonly List[]; until: number }

export type BodyCache = (
  key: string,
  sources: readonly List[],
  now: number,
  build: () => Built | Promise<Built>,
) => Promise<Pick<Entry, 'body' | 'until'>>

/** Characters. */
const MAX_TEXT = 16 * 1024

/** Bytes per endpoint. */
const MAX_CACHE_BYTES = 64 * 1024 * 1024

export function createBodyCache(): BodyCache {
  const bodies = new LRUCache<string, Entry>({
    maxSize: MAX_CACHE_BYTES,
    sizeCalculation: ({ body }, key) => body.length + key.length,
  })
  return async (key, sources, now, build) => {
    const entry = bodies.get(key)
    if (entry && entry.until > now && isSame(entry.sources, sources)) return entry
    const { answer, items } = await build()
    const text = JSON.stringify(answer)
    const body = text.length > MAX_TEXT ? Buffer.from(text) : text
    const built = { body, sources, until: findNextExpiry(items, now) }
    bodies.set(key, built)
    return built
  }
}

function isSame(before: readonly List[], after: readonly List[]): boolean {
  return before.length === after.length && before.every((list, index) => list === after[index])
}

function findNextExpiry(lists: readonly List[], now: number): number {
  let next = Infinity
  for (const list of lists) {
    for (const { expires = Infinity } of list) if (expires > now && expires < next) next = expires
  }
  return next
}
