/**
 * A node of the hash tree over the files of an export, as JSON. The digits on the way to a node begin the SHA-256, in hex, of the
 * path of each file below it. Up to `LEAF` files are one leaf, more are a branch, so that equal files have equal trees.
 */
import { hash } from 'node:crypto'
import { z } from 'zod'
import { kindOf } from './place.ts'

/** Files of a leaf. */
const LEAF = 64

const digest = z.string().regex(/^[0-9a-f]{64}$/)
/** Unix seconds; null: it has no end. */
const end = z.int().nonnegative().nullable()
const summary = z.record(z.string(), z.tuple([z.int().positive(), end]))
export const childSchema = z.strictObject({ hash: digest, kinds: summary })
const nodeSchema = z.union([
  z.strictObject({ files: z.record(z.string(), z.tuple([digest, end])) }),
  z.strictObject({ nodes: z.record(z.string(), childSchema) }),
])

/** The SHA-256 of its bytes, in hex, and its end in unix seconds; null: it has none, as a list. */
export type FileEntry = [hash: string, end: number | null]
/** For each kind of file: how many, and the earliest end in unix seconds. */
export type Summary = Record<string, [count: number, end: number | null]>
export type Child = { hash: string; kinds: Summary }
export type Node = { files: Record<string, FileEntry> } | { nodes: Record<string, Child> }

export const computeHash = (bytes: Buffer | string): string => hash('sha256', bytes)

/** Where a file is in the tree: one digit for each level. */
export const keyOf = (path: string): string => computeHash(path)

export const isLeafOf = (count: number): boolean => count <= LEAF

/** The bytes, whose hash names the node. */
export function printNode(node: Node): string {
  return JSON.stringify('files' in node ? { files: sorted(node.files) } : { nodes: sorted(node.nodes) })
}

/** @throws Error for anything that `printNode` does not write */
export function parseNode(text: string): Node {
  const node = nodeSchema.parse(JSON.parse(text))
  if (printNode(node) !== text) throw new Error('The node is not in its one form.')
  return node
}

export function summarize(node: Node): Summary {
  const kinds: Summary = {}
  if ('files' in node) {
    for (const [path, [, end]] of Object.entries(node.files)) add(kinds, kindOf(path), [1, end])
  } else {
    for (const { kinds: some } of Object.values(node.nodes))
      for (const [kind, row] of Object.entries(some)) add(kinds, kind, row)
  }
  return sorted(kinds)
}

export const countFiles = (kinds: Summary): number =>
  Object.values(kinds).reduce((sum, [count]) => sum + count, 0)

function add(kinds: Summary, kind: string, [count, end]: Summary[string]): void {
  const [before, earliest] = kinds[kind] ?? [0, null]
  kinds[kind] = [before + count, end === null ? earliest : Math.min(end, earliest ?? end)]
}

function sorted<Value>(record: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}
