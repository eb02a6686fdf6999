/** Caches response bodies until a source list changes or a listed item expires. */
import { LRUCache } from 'lru-cache'
import { type Body, compress, getLength, isCompressible } from './body.ts'

/** `until`: as in `CachedBody`. */
type Built = Pick<CachedBody, 'body' | 'until'>

export type CachedBody = {
  body: Body
  /** Compressed on the first call; undefined if that saves nothing. */
  compressed: (() => Promise<Body>) | undefined
  /** Unix seconds at which an item expires. */
  until: number
}

/** Lists from the reader, which replaces them on a change. */
type Sources = readonly object[]

type Entry = CachedBody & { isFrom: (sources: Sources) => boolean; size: number }

type BodyCache = (
  key: string,
  sources: Sources,
  now: number,
  build: () => Promise<Built>,
) => Promise<CachedBody>

/** Bytes per endpoint. */
const MAX_CACHE_BYTES = 64 * 1024 * 1024

/** A body of more bytes is not kept. */
export function createBodyCache(maxSize = MAX_CACHE_BYTES): BodyCache {
  const entries = new LRUCache<string, Entry>({
    maxSize,
    sizeCalculation: ({ size }, key) => size + key.length,
  })
  /** Concurrent requests share one build. */
  const building = new Map<string, Pick<Entry, 'isFrom'> & { entry: Promise<Entry> }>()

  async function create(key: string, sources: Sources, build: () => Promise<Built>): Promise<Entry> {
    entries.delete(key) // before the new body takes as much memory
    const { body, until } = await build()
    const entry: Entry = {
      body,
      compressed: undefined,
      until,
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
    const started = { isFrom: rememberLists(sources), entry: create(key, sources, build) }
    building.set(key, started)
    return started.entry.finally(() => {
      if (building.get(key) === started) building.delete(key)
    })
  }
}

/** Returns whether other lists are the same objects. Undefined is never the same. */
export function rememberLists(
  lists: readonly object[],
): (others: readonly (object | undefined)[]) => boolean {
  const references = lists.map((list) => new WeakRef(list))
  return (others) =>
    others.length === references.length &&
    references.every((reference, at) => {
      const list = reference.deref()
      return list !== undefined && list === others[at]
    })
}
