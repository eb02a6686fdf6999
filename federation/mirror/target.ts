/** Where a mirror keeps files: a folder, or a bucket of an object store. */
import { openFolder } from '../files/folder.ts'
import { computeHash } from '../files/node.ts'
import { openObjects } from '../files/objects.ts'
import { objectFile } from '../files/place.ts'
import type { NodeStore } from '../files/tree.ts'

export type Target = {
  /** As the operator names it. */
  name: string
  /** The nodes of its trees, where they are read and compared. */
  nodes: Pick<NodeStore, 'read' | 'write'>
  /** Finds out which files it has. Before each comparison of everything. */
  refresh(): Promise<void>
  /** Null: there is none. */
  read(path: string): Promise<Buffer | null>
  /** Whether the file has these bytes, by their SHA-256 in hex. It is cheaper to know if they are at hand. */
  holds(path: string, hash: string, bytes: Buffer | null): Promise<boolean>
  put(path: string, bytes: Buffer): Promise<void>
  /** True: it was there. */
  remove(path: string): Promise<boolean>
  /** The path of every file. */
  paths(): AsyncIterable<string>
  /** Whether it has the node, and so all below it, unless another program changed it. */
  hasNode(hash: string): boolean
  /** The bytes of a node, if they are at hand; null: they are not, or are others. */
  readNode(hash: string): Buffer | null
  addNode(text: string): Promise<void>
  /** A list becomes an object too, with the same bytes. */
  addList(path: string, hash: string): Promise<void>
  /** What was not used a while ago goes. */
  settle(): Promise<void>
  /** What is not used any more goes after a while, because a mirror may still read an earlier tree. */
  sweep(used: ReadonlySet<string>): Promise<void>
  close(): Promise<void>
}

/** Creates the folder. Its functions throw errors of the file system. */
export function openFolderTarget(path: string): Target {
  const folder = openFolder(path)
  const objects = openObjects(folder)
  folder.prepare()
  const holds = (file: string, hash: string) => {
    const bytes = folder.read(file)
    return bytes !== null && computeHash(bytes) === hash
  }
  return {
    name: path,
    nodes: objects,
    refresh: async () => undefined,
    read: async (file) => folder.read(file),
    holds: async (file, hash) => holds(file, hash),
    put: async (file, bytes) => void folder.put(file, bytes),
    remove: async (file) => folder.remove(file),
    paths: () => folder.paths(),
    hasNode: (hash) => folder.has(objectFile(hash)),
    readNode: (hash) => (holds(objectFile(hash), hash) ? folder.read(objectFile(hash)) : null),
    addNode: async (text) => void objects.write(text),
    addList: async (file, hash) => objects.link(file, hash),
    settle: async () => objects.settle(),
    sweep: (used) => objects.sweep(used),
    close: async () => undefined,
  }
}
