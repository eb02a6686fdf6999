/** Reads and changes the hash tree over the files of an export. A change writes the nodes on its way only. */
import {
  type Child,
  countFiles,
  type FileEntry,
  isLeafOf,
  keyOf,
  type Node,
  printNode,
  type Summary,
  summarize,
} from './node.ts'
import { isListKind, isUnsigned } from './place.ts'

/** Where nodes are kept, named by their hash. */
export type NodeStore = {
  /** @throws Error when it is missing or has other bytes */
  read(hash: string): Node
  write(text: string): string
  /** No tree of ours has it any more. */
  release(hash: string): void
}

type Readable = Pick<NodeStore, 'read'>

/** What becomes of each path; null: its file is gone. */
export type FileChanges = ReadonlyMap<string, FileEntry | null>

/** A file that differs; null: it is missing. */
export type Difference = { path: string; was: FileEntry | null; is: FileEntry | null }

type Keyed<Value> = readonly [path: string, value: Value, key: string]

const none: Node = { files: {} }

/** Returns the new root. Without a root, every file is new. @throws as `read` */
export function changeTree(store: NodeStore, root: Child | null, changes: FileChanges): Child {
  const keyed = [...changes].map(([path, entry]) => [path, entry, keyOf(path)] as const)
  return change(store, root, 0, keyed) ?? write(store, none)
}

/** Null: no file is left. */
function change(
  store: NodeStore,
  at: Child | null,
  depth: number,
  changes: readonly Keyed<FileEntry | null>[],
): Child | null {
  const node = at ? store.read(at.hash) : none
  const result = changed(store, node, depth, changes)
  if (result === unchanged) return at
  if (at && at.hash !== result?.hash) store.release(at.hash)
  return result
}

const unchanged = Symbol('unchanged')

function changed(
  store: NodeStore,
  node: Node,
  depth: number,
  changes: readonly Keyed<FileEntry | null>[],
): Child | null | typeof unchanged {
  if ('files' in node) {
    if (changes.every(([path, entry]) => node.files[path]?.[0] === entry?.[0])) return unchanged
    const files = new Map(Object.entries(node.files))
    for (const [path, entry] of changes) entry ? files.set(path, entry) : files.delete(path)
    if (files.size > 0 && isLeafOf(files.size)) return write(store, { files: Object.fromEntries(files) })
    return build(
      store,
      depth,
      [...files].map(([path, entry]) => [path, entry, keyOf(path)]),
    )
  }
  const nodes = { ...node.nodes }
  for (const [digit, some] of group(changes, depth)) {
    const child = change(store, nodes[digit] ?? null, depth + 1, some)
    if (child) nodes[digit] = child
    else delete nodes[digit]
  }
  const digits = new Set([...Object.keys(node.nodes), ...Object.keys(nodes)])
  if ([...digits].every((digit) => node.nodes[digit]?.hash === nodes[digit]?.hash)) return unchanged
  const count = Object.values(nodes).reduce((sum, { kinds }) => sum + countFiles(kinds), 0)
  if (!isLeafOf(count)) return write(store, { nodes })
  return build(
    store,
    depth,
    Object.values(nodes).flatMap((child) => takeAll(store, child)),
  )
}

function build(store: NodeStore, depth: number, files: Keyed<FileEntry>[]): Child | null {
  if (files.length === 0) return null
  if (isLeafOf(files.length)) {
    return write(store, { files: Object.fromEntries(files.map(([path, entry]) => [path, entry])) })
  }
  const nodes: Record<string, Child> = {}
  for (const [digit, some] of group(files, depth)) {
    const child = build(store, depth + 1, some)
    if (child) nodes[digit] = child
  }
  return write(store, { nodes })
}

/** The files below a node that goes. */
function takeAll(store: NodeStore, { hash }: Child): Keyed<FileEntry>[] {
  const node = store.read(hash)
  store.release(hash)
  if ('nodes' in node) return Object.values(node.nodes).flatMap((child) => takeAll(store, child))
  return Object.entries(node.files).map(([path, entry]) => [path, entry, keyOf(path)])
}

function group<Value>(files: readonly Keyed<Value>[], depth: number): Map<string, Keyed<Value>[]> {
  return Map.groupBy(files, ([, , key]) => key.charAt(depth))
}

function write(store: NodeStore, node: Node): Child {
  return { hash: store.write(printNode(node)), kinds: summarize(node) }
}

/** Undefined: the tree has no such file. @throws as `read` */
export function findFile(store: Readable, root: Child | null, path: string): FileEntry | undefined {
  const key = keyOf(path)
  let at = root ?? undefined
  for (let depth = 0; at; depth++) {
    const node = store.read(at.hash)
    if ('files' in node) return node.files[path]
    at = node.nodes[key.charAt(depth)]
  }
  return undefined
}

/** The files that differ between two trees. Reads only the nodes that differ. @throws as `read` */
export function* compareTrees(
  store: Readable,
  was: Child | null,
  is: Child | null,
): Generator<Difference, void, undefined> {
  if (was?.hash !== is?.hash) yield* compareNodes(store, open(store, was), open(store, is), 0)
}

function* compareNodes(
  store: Readable,
  was: Node,
  is: Node,
  depth: number,
): Generator<Difference, void, undefined> {
  if ('files' in was && 'files' in is) return yield* compareFiles(was.files, is.files)
  for (const digit of '0123456789abcdef') {
    const [before, after] = [partOf(was, digit, depth), partOf(is, digit, depth)]
    if (before && after && 'hash' in before && 'hash' in after && before.hash === after.hash) continue
    if (before || after) yield* compareNodes(store, open(store, before), open(store, after), depth + 1)
  }
}

const open = (store: Readable, at: Child | Node | null): Node =>
  at && 'hash' in at ? store.read(at.hash) : (at ?? none)

/** The part of a node with a digit, as if a leaf were a branch. */
function partOf(node: Node, digit: string, depth: number): Child | Node | null {
  if ('nodes' in node) return node.nodes[digit] ?? null
  const files = Object.entries(node.files).filter(([path]) => keyOf(path).charAt(depth) === digit)
  return files.length > 0 ? { files: Object.fromEntries(files) } : null
}

function* compareFiles(
  was: Record<string, FileEntry>,
  is: Record<string, FileEntry>,
): Generator<Difference, void, undefined> {
  for (const [path, entry] of Object.entries(was)) if (!is[path]) yield { path, was: entry, is: null }
  for (const [path, entry] of Object.entries(is)) {
    const earlier = was[path] ?? null
    if (earlier?.[0] !== entry[0]) yield { path, was: earlier, is: entry }
  }
}

/** The files of the tree. Reads only the nodes whose summary passes. @throws as `read` */
export function* filesBelow(
  store: Readable,
  { hash, kinds }: Child,
  mayHave: (kinds: Summary) => boolean = () => true,
): Generator<[string, FileEntry], void, undefined> {
  if (!mayHave(kinds)) return
  const node = store.read(hash)
  if ('files' in node) yield* Object.entries(node.files)
  else for (const child of Object.values(node.nodes)) yield* filesBelow(store, child, mayHave)
}

/** The files whose keys begin with these digits. @throws as `read` */
export function filesOfPart(store: Readable, root: Child | null, digits: string): [string, FileEntry][] {
  let at = root ?? undefined
  for (const digit of digits) {
    const node = at && store.read(at.hash)
    if (node && 'files' in node)
      return Object.entries(node.files).filter(([path]) => keyOf(path).startsWith(digits))
    at = node?.nodes[digit]
  }
  return at ? [...filesBelow(store, at)] : []
}

/** The files whose end is not after `now`, in unix seconds. @throws as `read` */
export function* endedFiles(store: Readable, root: Child, now: number): Generator<string, void, undefined> {
  const hasEnded = (end: number | null) => end !== null && end <= now
  const mayHave = (kinds: Summary) => Object.values(kinds).some(([, end]) => hasEnded(end))
  for (const [path, [, end]] of filesBelow(store, root, mayHave)) if (hasEnded(end)) yield path
}

/** The hash of every object that the tree needs: its nodes and its lists. @throws as `read` */
export function* objectsOf(store: Readable, root: Child): Generator<string, void, undefined> {
  yield* nodesBelow(store, root)
  const mayHave = (kinds: Summary) => Object.keys(kinds).some(isListKind)
  for (const [path, [hash]] of filesBelow(store, root, mayHave)) if (isUnsigned(path)) yield hash
}

/** Reads branches only. */
function* nodesBelow(store: Readable, { hash, kinds }: Child): Generator<string, void, undefined> {
  yield hash
  if (isLeafOf(countFiles(kinds))) return
  const node = store.read(hash)
  if ('nodes' in node) for (const child of Object.values(node.nodes)) yield* nodesBelow(store, child)
}
