/** Records the files of an export in their hash tree, and signs the manifest that names it. */
import { setImmediate } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { EntityId } from '#core/entity-id.ts'
import { type Signer, signJwt } from '#core/jws.ts'
import type { RedisKeys } from '#store/keys.ts'
import { issueManifestNumber, rememberRoot } from '#store/manifests.ts'
import { decodePart, payloadOf } from '#store/published-jwt.ts'
import type { Folder } from '../files/folder.ts'
import { buildManifest, MANIFEST_TYP, parseManifest, type WrittenUntil } from '../files/manifest.ts'
import { type Child, computeHash, type FileEntry, keyOf } from '../files/node.ts'
import { BrokenObjectError, openObjects } from '../files/objects.ts'
import { isUnsigned, MANIFEST_FILE } from '../files/place.ts'
import { changeTree, endedFiles, filesOfPart, objectsOf } from '../files/tree.ts'
import { createNoted, type Noted } from './noted.ts'

/** Changes that are recorded together, to bound memory. */
const STEP = 50_000

/** Files that are entered into the tree at once. */
const FEW = 100

/** Seconds for which the admin side remembers that there was an export. */
const MANIFEST_KEPT = 604_800

type Options = {
  entityId: EntityId
  folder: Folder
  redis: Redis
  keys: Pick<RedisKeys, 'manifest' | 'manifestNumber' | 'manifestRoots'>
  signer: () => Promise<Signer>
  now: () => number
}

export type FileRecord = ReturnType<typeof createRecord>

/** Goes on from the manifest in the folder. @throws Error of the file system, as each of its functions */
export function createRecord({ entityId, folder, redis, keys, signer, now }: Options) {
  const objects = openObjects(folder)
  const last = readManifest(folder)
  let number = last?.number ?? 0
  let root: Child | null = last?.root ?? null
  let published: string | undefined
  /** Of the comparison that is under way. */
  let noted: Noted | null = null
  /** Whether a comparison has ended, so that the tree has each file, but for the changes. */
  let isComplete = false
  const changes = new Map<string, FileEntry | null>()
  /** Paths of changes, each part below one branch of the tree. */
  let parts: string[][] = []
  /** The lists, whose versions are objects. */
  const lists = new Map<string, string>()

  /** A broken tree cannot be proved, so its manifest goes, and the next comparison builds another. @throws Error of `work` */
  function guarded<Result>(work: () => Result): Result {
    try {
      return work()
    } catch (error) {
      if (error instanceof BrokenObjectError) {
        root = null
        folder.remove(MANIFEST_FILE)
      }
      throw error
    }
  }

  function set(path: string, entry: FileEntry | null): void {
    if (noted?.add(path, entry) && !isComplete) return
    changes.set(path, entry)
    if (changes.size >= STEP) flush()
  }

  /** Enters these changes into the tree. */
  function enter(some: ReadonlyMap<string, FileEntry | null>): void {
    const replaced: string[] = []
    for (const [path, entry] of some) {
      if (!isUnsigned(path)) continue
      const before = lists.get(path)
      if (before !== undefined) replaced.push(before)
      if (entry) {
        objects.link(path, entry[0])
        lists.set(path, entry[0])
      } else lists.delete(path)
    }
    root = guarded(() => changeTree(objects, root, some))
    for (const path of [...some.keys()]) changes.delete(path)
    const used = new Set(lists.values())
    for (const hash of replaced) if (!used.has(hash)) objects.releaseList(hash)
  }

  const flush = (): void => enter(changes)

  function noteEntry(path: string, entry: FileEntry): void {
    if (noted || lists.get(path) !== entry[0] || changes.has(path)) set(path, entry)
  }

  return {
    /** What a file has; null: it is gone. `exp`: if it was read. */
    note(path: string, body: Buffer | null, exp = body && readExp(path, body)): void {
      if (body) noteEntry(path, [computeHash(body), endOf(exp)])
      else set(path, null)
    },

    /** The same for a file that has what it had before, which matters for a comparison only. */
    keep(path: string, body: Buffer | null, exp = body && readExp(path, body)): void {
      noted?.add(path, body && [computeHash(body), endOf(exp)])
    },

    /** The same for a list, by the hash of its bytes. */
    noteList(path: string, { hash, isNew }: { hash: string; isNew: boolean }): void {
      if (isNew) noteEntry(path, [hash, null])
      else noted?.add(path, [hash, null])
    },

    /** At the start of a comparison, which notes or keeps each file. */
    begin(): void {
      noted?.close()
      noted = createNoted(folder)
    },

    /** After a failure: only another comparison knows which files there are. */
    doubt(): void {
      isComplete = false
      changes.clear()
    },

    /** After a comparison: the tree has the files that it found, and unused objects go. Yields after each part. */
    async *tidy(): AsyncGenerator<void> {
      for (const [digits, some] of noted?.take() ?? []) {
        for (const [path, [hash]] of guarded(() => filesOfPart(objects, root, digits))) {
          const found = some.get(path)
          if (found === undefined) some.set(path, null)
          else if (found?.[0] === hash && !isUnsigned(path)) some.delete(path)
        }
        if (some.size > 0) enter(some)
        await setImmediate()
        yield
      }
      noted = null
      isComplete = true
      flush()
      if (root) await objects.sweep(new Set(objectsOf(objects, root)))
    },

    /** Enters what was noted into the tree: few changes at once, many in parts. True: another part is left. */
    enterPart(): boolean {
      if (parts.length === 0 && changes.size > FEW)
        parts = [...Map.groupBy(changes.keys(), (path) => keyOf(path).charAt(0)).values()]
      const some = new Map<string, FileEntry | null>()
      for (const path of parts.pop() ?? changes.keys()) {
        const entry = changes.get(path)
        if (entry !== undefined) some.set(path, entry)
      }
      enter(some)
      return parts.length > 0
    },

    /** Whether something was noted since the last manifest, perhaps what it has. */
    isNoted: (): boolean => changes.size > 0 || root?.hash !== published,

    /** Whether the last manifest does not name the files as they are. */
    isChanged(): boolean {
      flush()
      return root?.hash !== published
    },

    /** The files that have ended. */
    ended: (): string[] => (root ? [...endedFiles(objects, root, now())] : []),

    /** `until`: milliseconds of unix time. @throws FederationError without a key, Error of Redis */
    async publish(until: WrittenUntil): Promise<void> {
      flush()
      const signed = root
      if (!signed) return
      const least = Math.max(number + 1, now())
      number = await issueManifestNumber(redis, keys.manifestNumber, least)
      await rememberRoot(redis, keys.manifestRoots, number, signed.hash)
      const claims = buildManifest({ issuer: entityId, now: now(), number, root: signed, until })
      const jwt = await signJwt(claims, { key: await signer(), typ: MANIFEST_TYP })
      folder.put(MANIFEST_FILE, Buffer.from(jwt))
      await redis.set(keys.manifest, jwt, 'EX', MANIFEST_KEPT) // for the admin side
      published = signed.hash
      objects.settle()
    },
  }
}

const endOf = (exp: number | null) => exp && Math.floor(exp)

/** Unix seconds; null: it has no end. */
function readExp(path: string, body: Buffer): number | null {
  if (isUnsigned(path)) return null
  const exp = decodePart(payloadOf(body.toString()))?.exp
  return typeof exp === 'number' ? exp : null
}

/** Null without a usable one: then every file is new. */
function readManifest(folder: Folder) {
  const text = folder.read(MANIFEST_FILE)?.toString()
  try {
    return text === undefined ? null : parseManifest(text).claims
  } catch {
    return null // half a copy, or of another program
  }
}
