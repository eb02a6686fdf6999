/** Takes over what changed at a source: everything is checked before it is kept, and what was withdrawn goes first. */
import { FederationError } from '#core/errors.ts'
import type { JwkSet } from '#core/keys.ts'
import type { Folder } from '../files/folder.ts'
import { type Manifest, parseManifest, verifyManifest } from '../files/manifest.ts'
import { type Child, computeHash, type FileEntry, parseNode, summarize } from '../files/node.ts'
import type { Objects } from '../files/objects.ts'
import { CONFIGURATION_FILE, isExported, isUnsigned, MANIFEST_FILE, objectFile } from '../files/place.ts'
import { compareTrees, findFile, objectsOf } from '../files/tree.ts'
import { createGate } from '../gate.ts'
import { type Anchor, readAnchor } from './anchor.ts'
import { checkFile } from './check.ts'
import { RefusedError } from './refusal.ts'
import type { Source } from './source.ts'

/** Files and nodes that are fetched at once. */
const CONCURRENCY = 32

export type Mirror = {
  source: Source
  folder: Folder
  objects: Objects
  pinned: JwkSet | null
  /** Called before keys are trusted because they came first. It may be called again, until the first state is kept. */
  onFirstUse?(anchor: Anchor): Promise<void>
  /** Unix seconds. */
  now: () => number
  signal: AbortSignal
}

/** `moved`: files that have changed since the manifest was signed. A next pull takes them. */
export type Pulled = { number: number; signed: number; written: number; removed: number; moved: string[] }

/**
 * `isWhole`: every file is compared, instead of those that the manifest before had otherwise.
 * @throws RefusedError, FetchError, Error of the file system
 */
export async function pull(mirror: Mirror, { isWhole }: { isWhole: boolean }): Promise<Pulled> {
  const { folder, now } = mirror
  const earlier = folder.read(CONFIGURATION_FILE)?.toString() ?? null
  const configuration = (await read(mirror, CONFIGURATION_FILE)).toString()
  const clock = { now: now() }
  const anchor = await readAnchor(configuration, { ...clock, earlier, pinned: mirror.pinned })
  if (earlier === null && mirror.pinned === null) await mirror.onFirstUse?.(anchor)
  const bytes = await read(mirror, MANIFEST_FILE)
  const manifest = await readManifest(bytes.toString(), anchor, clock.now)
  const before = readKept(folder)
  const { number, iat: signed } = manifest
  const pulled: Pulled = { number, signed, written: 0, removed: 0, moved: [] }
  if (before) checkOrder(before, manifest)
  await fetchNodes(mirror, manifest.root, isWhole)
  if (isWhole) await removeUnknown(mirror, manifest.root, pulled)
  await takeOver(mirror, anchor, { was: isWhole ? null : (before?.root ?? null), is: manifest.root, pulled })
  if (pulled.moved.length > 0) return pulled
  folder.put(MANIFEST_FILE, bytes)
  mirror.objects.settle()
  if (before?.root.hash !== manifest.root.hash) {
    await mirror.objects.sweep(new Set(objectsOf(mirror.objects, manifest.root)))
  }
  return pulled
}

/** The manifest that was taken over last; null: none that can be read. */
function readKept(folder: Folder): Manifest | null {
  const kept = folder.read(MANIFEST_FILE)?.toString()
  try {
    return kept === undefined ? null : parseManifest(kept).claims
  } catch {
    return null // of another program
  }
}

async function read({ source }: Mirror, path: string): Promise<Buffer> {
  const bytes = await source.file(path)
  if (bytes) return bytes
  throw new RefusedError(`${source.url} has no ${path}. Name an anchor that serves its export, or a mirror.`)
}

async function readManifest(jwt: string, { entityId, keys }: Anchor, now: number): Promise<Manifest> {
  try {
    const manifest = await verifyManifest(jwt, { keys, now })
    if (manifest.iss === entityId) return manifest
    throw new RefusedError(`The manifest is of ${manifest.iss}, not of ${entityId}.`)
  } catch (error) {
    if (!(error instanceof FederationError)) throw error
    throw new RefusedError(`${error.message} The source stands still, or the clocks differ.`)
  }
}

function checkOrder(before: Manifest, { number, root }: Manifest): void {
  if (number < before.number) {
    throw new RefusedError(
      `The manifest has the number ${number}, and ${before.number} was seen before: it is old.`,
    )
  }
  if (number === before.number && root.hash !== before.root.hash) {
    throw new RefusedError(
      `Two manifests have the number ${number} and different files: the anchor does not tell everyone the same.`,
    )
  }
}

/**
 * A node is kept after those below it, so that a kept node has all of them, unless another program changed the folder: `isWhole`
 * looks at each.
 */
async function fetchNodes(mirror: Mirror, root: Child, isWhole: boolean): Promise<void> {
  const { source, folder, objects, signal } = mirror
  const gate = createGate(CONCURRENCY)

  async function fetch({ hash, kinds }: Child): Promise<void> {
    signal.throwIfAborted()
    if (!isWhole && folder.has(objectFile(hash))) return
    const kept = folder.read(objectFile(hash))
    const isKept = kept !== null && computeHash(kept) === hash
    const bytes = isKept ? kept : await gate.run('', signal, () => source.file(objectFile(hash)))
    if (!bytes) throw new RefusedError(`The source is incomplete: it has no ${objectFile(hash)}.`)
    const node = parseFetched(bytes, hash)
    if (JSON.stringify(summarize(node)) !== JSON.stringify(kinds)) {
      throw new RefusedError(`The node ${hash} has other files than the node above it says.`)
    }
    if ('nodes' in node) await Promise.all(Object.values(node.nodes).map(fetch))
    if (!isKept) objects.write(bytes.toString())
  }
  await fetch(root)
}

function parseFetched(bytes: Buffer, hash: string) {
  if (computeHash(bytes) !== hash) throw new RefusedError(`The object ${hash} has other bytes.`)
  try {
    return parseNode(bytes.toString())
  } catch {
    throw new RefusedError(`The node ${hash} is malformed.`)
  }
}

/** Exported files that the tree does not have. What is no such file stays: the folder may have more. */
async function removeUnknown({ folder, objects }: Mirror, root: Child, pulled: Pulled): Promise<void> {
  for await (const path of folder.paths()) {
    if (!isExported(path) || findFile(objects, root, path)) continue
    if (folder.remove(path)) pulled.removed += 1
  }
}

type Step = { was: Child | null; is: Child; pulled: Pulled }

async function takeOver(mirror: Mirror, anchor: Anchor, { was, is: root, pulled }: Step): Promise<void> {
  const { folder, objects, signal } = mirror
  for (const { path, is } of compareTrees(objects, was, root)) {
    if (!is && folder.remove(path)) pulled.removed += 1
  }
  const running = new Set<Promise<void>>()
  const failures: unknown[] = []
  for (const { path, is } of compareTrees(objects, was, root)) {
    if (!is) continue
    if (failures.length > 0 || signal.aborted) break
    const one = takeFile(mirror, anchor, { path, is, pulled })
      .catch((error: unknown) => void failures.push(error))
      .finally(() => running.delete(one))
    running.add(one)
    if (running.size >= CONCURRENCY) await Promise.race(running)
  }
  await Promise.all(running)
  signal.throwIfAborted()
  if (failures.length > 0) throw failures[0]
}

/** A list is fetched as an object, because it may be another one by now. */
async function takeFile(
  { source, folder, objects }: Mirror,
  anchor: Anchor,
  { path, is: [hash], pulled }: { path: string; is: FileEntry; pulled: Pulled },
): Promise<void> {
  if (!isExported(path)) throw new RefusedError(`The manifest has the unknown path ${path.slice(0, 300)}.`)
  const there = folder.read(path)
  const isThere = there !== null && computeHash(there) === hash
  if (isThere && isUnsigned(path)) objects.link(path, hash)
  if (isThere) return
  const body = await source.file(isUnsigned(path) ? objectFile(hash) : path)
  if (body) await checkFile(path, body, anchor)
  if (!body || computeHash(body) !== hash) return void pulled.moved.push(path)
  folder.put(path, body)
  if (isUnsigned(path)) objects.link(path, hash)
  pulled.written += 1
}
