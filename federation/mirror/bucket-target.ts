/**
 * Keeps the files of a mirror in a bucket. Which ones there are is in memory, and the nodes of its trees are in a temporary folder,
 * where they are compared. All of it comes from the bucket again after a restart.
 */
import { getFips, hash as hashBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFolder } from '../files/folder.ts'
import { mediaTypeOf } from '../files/media-type.ts'
import { computeHash } from '../files/node.ts'
import { GRACE_MS, openObjects } from '../files/objects.ts'
import { isExported, MANIFEST_FILE, objectFile, readObjectName } from '../files/place.ts'
import { FULL_CACHE_CONTROL } from '../http/answer.ts'
import { type Bucket, type Condition, openBucket } from './bucket.ts'
import { TargetError } from './refusal.ts'
import type { Source } from './source.ts'
import type { Target } from './target.ts'

export function openBucketSource(name: string, signal: AbortSignal): Source & { close(): Promise<void> } {
  const { get, close } = openBucket(name, signal)
  return { name, file: async (path) => (await get(path))?.bytes ?? null, close: async () => close() }
}

/** Its functions throw TargetError. */
export async function openBucketTarget(name: string, signal: AbortSignal): Promise<Target> {
  const bucket = openBucket(name, signal)
  const place = await mkdtemp(join(tmpdir(), 'inmor-mirror-'))
  const folder = openFolder(place)
  const nodes = openObjects(folder)
  const manifest = openManifest(bucket)
  /** The entity tag of each file as it was listed; empty: it was written since. */
  const tags = new Map<string, string>()
  /** Objects that no tree has, and since when (monotonic milliseconds). */
  const unused = new Map<string, number>()

  async function holds(path: string, hash: string, bytes: Buffer | null): Promise<boolean> {
    const tag = tags.get(path)
    if (tag === undefined) return false
    if (bytes && tag === md5TagOf(bytes) && computeHash(bytes) === hash) return true
    return (await bucket.hashOf(path)) === hash
  }

  async function remove(path: string): Promise<boolean> {
    if (!tags.has(path)) return false
    await bucket.remove(path)
    return tags.delete(path)
  }

  async function put(path: string, bytes: Buffer): Promise<void> {
    if (path === MANIFEST_FILE) await manifest.put(bytes)
    else await bucket.put(path, bytes, headersOf(path, computeHash(bytes)))
    tags.set(path, '')
  }

  return {
    name,
    nodes,
    async refresh() {
      tags.clear()
      for await (const [path, tag] of bucket.list()) tags.set(path, tag)
    },
    read: async (path) =>
      path === MANIFEST_FILE ? manifest.read() : ((await bucket.get(path))?.bytes ?? null),
    holds,
    put,
    remove,
    paths: async function* () {
      yield* [...tags.keys()]
    },
    hasNode: (hash) => tags.has(objectFile(hash)) && folder.has(objectFile(hash)),
    readNode(hash) {
      const bytes = folder.read(objectFile(hash))
      return bytes && computeHash(bytes) === hash ? bytes : null
    },
    async addNode(text) {
      const hash = nodes.write(text)
      unused.delete(hash)
      const bytes = Buffer.from(text)
      if (!(await holds(objectFile(hash), hash, bytes))) await put(objectFile(hash), bytes)
    },
    async addList(path, hash) {
      const file = objectFile(hash)
      unused.delete(hash)
      if (tags.has(file)) return
      await bucket.copy(path, file, headersOf(file, hash))
      tags.set(file, '')
    },
    async settle() {
      nodes.settle()
      const until = performance.now() - GRACE_MS.node
      for (const [hash, since] of unused) {
        if (since > until) continue
        await remove(objectFile(hash))
        unused.delete(hash)
      }
    },
    async sweep(used) {
      await nodes.sweep(used)
      for (const path of tags.keys()) {
        const hash = readObjectName(path)
        if (hash !== null && !used.has(hash) && !unused.has(hash)) unused.set(hash, performance.now())
      }
    },
    async close() {
      bucket.close()
      await rm(place, { recursive: true, force: true })
    },
  }
}

/** The manifest, which only we may have written since we read or wrote it. */
function openManifest(bucket: Bucket) {
  /** Of the last one; null: there was none; undefined: we know none. */
  let tag: string | null | undefined

  return {
    async read(): Promise<Buffer | null> {
      const found = await bucket.get(MANIFEST_FILE)
      const [before, now] = [tag, found?.tag ?? null]
      tag = undefined
      if (before !== undefined && before !== now) {
        throw new TargetError(
          `${bucket.name} was changed by another program. Let only one mirror write into it. Everything is compared.`,
        )
      }
      tag = now
      return found?.bytes ?? null
    },
    async put(bytes: Buffer): Promise<void> {
      const headers = headersOf(MANIFEST_FILE, computeHash(bytes))
      const put = (condition?: Condition) => bucket.put(MANIFEST_FILE, bytes, headers, condition)
      const condition = tag === undefined ? undefined : { tag }
      tag = undefined
      tag = await put(condition).catch((error: TargetError) => {
        if (condition && error.isUnsupported) return put()
        throw error
      })
    },
  }
}

/** Of most objects that are not encrypted with a key of the owner: a listing then says what the object has. */
const md5TagOf = (bytes: Buffer) => (getFips() ? null : `"${hashBytes('md5', bytes)}"`)

/** As deploy/edge sends the file of an answer, and the others for mirrors. */
const headersOf = (path: string, hash: string) => ({
  hash,
  type: mediaTypeOf(path),
  cacheControl: isExported(path) ? FULL_CACHE_CONTROL : 'no-cache',
})
