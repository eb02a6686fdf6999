/** Caches response bodies until a source list changes or a listed item expires. */
import { LRUCache } from 'lru-cache'
import { type Body, compress, encodeJson, getLength, isCompressible } from './body.ts'
import { rememberLists } from './list-versions.ts'

/** A list from the reader, which replaces it on a change. `expires` is in unix seconds. */
type List = readonly { expires: number | undefined }[]

/** A JSON response, and the items whose expiry invalidates it. */
type Built = { answer: unknown; items: readonly List[] }

export type CachedBody = {
  body: Body
  /** Compressed on the first call; undefined if that saves nothing. */
  compressed: (() => Promise<Body>) | undefined
  /** Unix seconds at which an item expires. */
  until: number
}

type Entry = CachedBody & { isFrom: (sources: readonly List[]) => boolean; size: number }

export type BodyCache = (
  key: string,
  sources: readonly List[],
  now: number,
  build: () => Built | Promise<Built>,
) => Promise<CachedBody>

/** Bytes per endpoint. */
const MAX_CACHE_BYTES = 64 * 1024 * 1024

export function createBodyCache(): BodyCache {
  const entries = new LRUCache<string, Entry>({
    maxSize: MAX_CACHE_BYTES,
    sizeCalculation: ({ size }, key) => size + key.length,
  })
  /** Concurrent requests share one build. */
  const building = new Map<string, Pick<Entry, 'isFrom'> & { entry: Promise<Entry> }>()

  async function create(
    key: string,
    sources: readonly List[],
    now: number,
    build: () => Built | Promise<Built>,
  ): Promise<Entry> {
    entries.delete(key) // before the new body takes as much memory
    const { answer, items } = await build()
    const body = await encodeJson(answer)
    const entry: Entry = {
      body,
      compressed: undefined,
      until: findNextExpiry(items, now),
      isFrom: rememberLists(sources),
      size: getLength(body),
    }
    if (isCompressible(body)) entry.compressed = compressOnce(key, entry)
    entries.set(key, entry)
    return entry
  }

  function compressOnce(key: string, entry: Entry): () => Promise<Body> {
    let compressed: Promise<Body> | undefined
    const start = async () => {
      const body = await compress(entry.body)
      entry.size += getLength(body)
      if (entries.peek(key) === entry) entries.set(key, entry) // counts the new size
      return body
    }
    return () => {
      compressed ??= start()
      return compressed
    }
  }

  return async (key, sources, now, build) => {
    const entry = entries.get(key)
    if (entry && entry.until > now && entry.isFrom(sources)) return entry
    const present = building.get(key)
    if (present?.isFrom(sources)) return present.entry
    const started = { isFrom: rememberLists(sources), entry: create(key, sources, now, build) }
    building.set(key, started)
    return started.entry.finally(() => {
      if (building.get(key) === started) building.delete(key)
    })
  }
}

function findNextExpiry(lists: readonly List[], now: number): number {
  let next = Infinity
  for (const list of lists) {
    for (const { expires = Infinity } of list) if (expires > now && expires < next) next = expires
  }
  return next
}
