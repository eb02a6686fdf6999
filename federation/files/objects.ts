/**
 * The folder of nodes and lists, named by the hash of their bytes. What no tree has any more stays for a while, because a mirror
 * may still read the tree of an earlier manifest.
 */
import { createRecent } from '#core/recent.ts'
import type { Folder } from './folder.ts'
import { computeHash, type Node } from './node.ts'
import { OBJECTS, objectFile } from './place.ts'
import type { NodeStore } from './tree.ts'

/** Milliseconds for which a released object of an earlier manifest stays. A list is large, and changes often. */
const GRACE_MS = { node: 600_000, list: 60_000 }
/** Bytes of the nodes that are kept in memory. */
const MEMORY = 8 * 1024 * 1024

export type Objects = NodeStore & {
  /** A list becomes an object too, with the same bytes. */
  link(path: string, hash: string): void
  /** No list has these bytes any more. */
  releaseList(hash: string): void
  /** A manifest names the tree: what it does not have goes after a while. */
  settle(): void
  /** Removes what is neither in use nor released a short while ago. */
  sweep(used: ReadonlySet<string>): Promise<void>
}

/** An object is missing, or has other bytes than its name says. */
export class BrokenObjectError extends Error {
  override readonly name = 'BrokenObjectError'
}

/** @throws Error of the file system, as each of its functions; `read` also BrokenObjectError */
export function openObjects(folder: Folder): Objects {
  const known = createRecent<Node>({ maxSize: MEMORY, sizeOf: sizeOfNode })
  /** Written since the last manifest. */
  const fresh = new Set<string>()
  /** Released, and until when it stays (monotonic milliseconds). */
  const released = new Map<string, number>()

  function remove(hash: string): void {
    released.delete(hash)
    fresh.delete(hash)
    folder.remove(objectFile(hash))
  }

  function release(hash: string, grace: number): void {
    known.delete(hash)
    if (fresh.has(hash)) remove(hash)
    else released.set(hash, performance.now() + grace)
  }

  function keep(hash: string): void {
    if (!released.delete(hash)) fresh.add(hash)
  }

  return {
    read(hash) {
      const found = known.get(hash)
      if (found) return found
      const bytes = folder.read(objectFile(hash))
      if (!bytes)
        throw new BrokenObjectError(`The object ${hash} is missing. The next comparison writes it again.`)
      if (computeHash(bytes) !== hash)
        throw new BrokenObjectError(
          `The object ${hash} has other bytes. The next comparison writes it again.`,
        )
      const node = JSON.parse(bytes.toString()) as Node // by its hash, as it was written
      known.set(hash, node)
      return node
    },
    write(text) {
      const hash = computeHash(text)
      if (folder.put(objectFile(hash), Buffer.from(text)) || released.has(hash)) keep(hash)
      return hash
    },
    link(path, hash) {
      const file = objectFile(hash)
      const there = folder.hashOf(file)
      if (there !== null && there !== hash) folder.remove(file)
      if (folder.link(path, file) || released.has(hash)) keep(hash)
    },
    release: (hash) => release(hash, GRACE_MS.node),
    releaseList: (hash) => release(hash, GRACE_MS.list),
    settle() {
      fresh.clear()
      const now = performance.now()
      for (const [hash, until] of released) if (until <= now) remove(hash)
    },
    async sweep(used) {
      for await (const names of folder.names(OBJECTS)) {
        for (const name of names) {
          const hash = name.replace('.json', '')
          if (!used.has(hash) && !released.has(hash) && !fresh.has(hash))
            released.set(hash, performance.now() + GRACE_MS.node)
        }
      }
    },
  }
}

function sizeOfNode(node: Node): number {
  return 200 + 200 * Object.keys('files' in node ? node.files : node.nodes).length
}
