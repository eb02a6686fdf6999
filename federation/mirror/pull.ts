/** Takes over what changed at a source: everything is checked before it is kept, and what was withdrawn goes first. */
import { FederationError } from '#core/errors.ts'
import type { JwkSet } from '#core/keys.ts'
import type { Folder } from '../files/folder.ts'
import { type Manifest, parseManifest, verifyManifest } from '../files/manifest.ts'
import { type Child, computeHash, type FileEntry, parseNode, summarize } from '../files/node.ts'
import {
  CONFIGURATION_FILE,
  isExported,
  isUnsigned,
  MANIFEST_FILE,
  objectFile,
  WITHDRAWN_FILE,
} from '../files/place.ts'
import { compareTrees, findFile, objectsOf } from '../files/tree.ts'
import { createGate } from '../gate.ts'
import { type Anchor, readAnchor, readKnown, withdraw } from './anchor.ts'
import { checkFile } from './check.ts'
import { RefusedError, UnknownKeysError } from './refusal.ts'
import type { Source, Target } from './source.ts'

/** Files and nodes that are fetched at once. */
const CONCURRENCY = 32

const NEW_KEYS =
  'If the anchor has replaced a stolen key, stop this mirror, ask the operator of the anchor for a file with its new keys, and run this command once with --once --jwks FILE. --withdraw removes all files until then.'

export type Mirror = {
  source: Source
  target: Target
  pinned: JwkSet | null
  /** Whether it keeps nothing while the anchor has keys that are not known. */
  withdraws?: boolean
  /** Called before keys are trusted because they came first. It may be called again, until the first state is kept. */
  onFirstUse?(anchor: Anchor): Promise<void>
  /** Unix seconds. */
  now: () => number
  signal: AbortSignal
}

/** `moved`: files that have changed since the manifest was signed. A next pull takes them. */
export type Pulled = {
  number: number
  signed: number
  written: number
  removed: number
  moved: string[]
}

/**
 * `isWhole`: every file is compared, instead of those that the manifest before had otherwise.
 * @throws RefusedError, FetchError, Error of the file system
 */
export async function pull(mirror: Mirror, { isWhole }: { isWhole: boolean }): Promise<Pulled> {
  const { folder, objects } = mirror.target
  const known = readKnown(folder)
  const configuration = (await read(mirror, CONFIGURATION_FILE)).toString()
  const clock = { now: mirror.now() }
  const options = { ...clock, before: known, pinned: mirror.pinned }
  const anchor = await readAnchor(configuration, options).catch(async (error: unknown) => {
    if (!(error instanceof UnknownKeysError)) throw error
    if (known && mirror.withdraws) await withdraw(folder, known)
    throw new UnknownKeysError(`${error.message} ${NEW_KEYS}`)
  })
  if (known === null && mirror.pinned === null) await mirror.onFirstUse?.(anchor)
  const bytes = await read(mirror, MANIFEST_FILE)
  const manifest = await readManifest(bytes.toString(), anchor, clock.now)
  const before = readKept(folder)
  const { number, iat: signed, root } = manifest
  const pulled: Pulled = { number, signed, written: 0, removed: 0, moved: [] }
  if (before) checkOrder(before, manifest)
  await fetchNodes(mirror, root, isWhole)
  if (isWhole) await removeUnknown(mirror, root, pulled)
  await takeOver(mirror, anchor, { was: isWhole ? null : (before?.root ?? null), is: root, pulled })
  if (pulled.moved.length > 0) return pulled
  if (before?.number !== number || isWhole) folder.put(MANIFEST_FILE, bytes)
  folder.remove(WITHDRAWN_FILE)
  objects.settle()
  if (before?.root.hash !== root.hash) await objects.sweep(new Set(objectsOf(objects, root)))
  return pulled
}

/** The manifest that was taken over before; null: none that can be read. */
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
  throw new RefusedError(`${source.name} has no ${path}. Name an anchor that serves its export, or a mirror.`)
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
 * A node is kept after those below it, so that a kept node has all of them, unless another program changed the target: `isWhole`
 * looks at each.
 */
async function fetchNodes(mirror: Mirror, root: Child, isWhole: boolean): Promise<void> {
  const { source, target, signal } = mirror
  const { folder, objects } = target
  const gate = createGate(CONCURRENCY)

  async function fetch({ hash, kinds }: Child): Promise<void> {
    signal.throwIfAborted()
    const file = objectFile(hash)
    if (!isWhole && folder.has(file)) return
    const kept = folder.read(file)
    const isKept = kept !== null && computeHash(kept) === hash
    const bytes = isKept ? kept : await gate.run('', signal, () => source.file(file))
    if (!bytes) throw new RefusedError(`The source is incomplete: it has no ${file}.`)
    const node = parseFetched(bytes, hash)
    if (JSON.stringify(summarize(node)) !== JSON.stringify(kinds)) {
      throw new RefusedError(`The node ${hash} has other files than the node above it says.`)
    }
    if ('nodes' in node) await Promise.all(Object.values(node.nodes).map(fetch))
    objects.write(bytes.toString())
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

/** Exported files that the tree does not have. What is no such file stays: the target may have more. */
async function removeUnknown({ target, signal }: Mirror, root: Child, pulled: Pulled): Promise<void> {
  const { folder, objects } = target
  for await (const path of folder.paths()) {
    signal.throwIfAborted()
    if (isExported(path) && !findFile(objects, root, path) && folder.remove(path)) pulled.removed += 1
  }
}

type Step = { was: Child | null; is: Child; pulled: Pulled }

async function takeOver(mirror: Mirror, anchor: Anchor, { was, is: root, pulled }: Step): Promise<void> {
  const { target, signal } = mirror
  const { folder, objects } = target
  for (const { path, is } of compareTrees(objects, was, root)) {
    signal.throwIfAborted()
    if (!is && folder.remove(path)) pulled.removed += 1
  }
  await forEach(compareTrees(objects, was, root), signal, async ({ path, is }) => {
    if (is) await takeFile(mirror, anchor, { path, is, pulled })
  })
}

/** Some at once. The first failure ends it, after those that have begun. */
async function forEach<Each>(
  all: Iterable<Each>,
  signal: AbortSignal,
  work: (each: Each) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>()
  const failures: unknown[] = []
  for (const each of all) {
    if (failures.length > 0 || signal.aborted) break
    const one = work(each)
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
  { source, target: { folder, objects } }: Mirror,
  anchor: Anchor,
  { path, is: [hash], pulled }: { path: string; is: FileEntry; pulled: Pulled },
): Promise<void> {
  if (!isExported(path)) throw new RefusedError(`The manifest has the unknown path ${path.slice(0, 300)}.`)
  const file = isUnsigned(path) ? objectFile(hash) : path
  if (folder.hashOf(path) !== hash) {
    const body = await source.file(file)
    if (body) await checkFile(path, body, anchor)
    if (!body || computeHash(body) !== hash) return void pulled.moved.push(path)
    folder.put(path, body)
    pulled.written += 1
  }
  if (isUnsigned(path)) objects.link(path, hash)
}
