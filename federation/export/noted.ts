/**
 * The files that a comparison has noted, by the place in the hash tree, so that each part of the tree is read and changed once. What a
 * few kilobytes of memory do not hold is in temporary files.
 */
import type { Folder } from '../files/folder.ts'
import { type FileEntry, keyOf } from '../files/node.ts'

/** Bytes of a part in memory. */
const BUFFER = 4096

/** Hex digits of the key: 256 parts. */
const DIGITS = 2
const ALL = Array.from({ length: 16 ** DIGITS }, (_, at) => at.toString(16).padStart(DIGITS, '0'))

type Part = { bytes: Buffer; used: number; isStored: boolean }

/** Null: its file is gone. */
type Entries = Map<string, FileEntry | null>

export type Noted = ReturnType<typeof createNoted>

/** Each path is of an exported file, so it is short, and of ASCII. Its functions throw errors of the file system. */
export function createNoted(folder: Pick<Folder, 'append' | 'takeAppended'>) {
  const parts = new Map<string, Part>()
  const open = new Set(ALL)

  function flush(name: string, part: Part): void {
    if (part.used === 0) return
    folder.append(name, part.bytes.subarray(0, part.used))
    part.used = 0
    part.isStored = true
  }

  return {
    /** Removes what it has stored. */
    close(): void {
      for (const [name, { isStored }] of parts) if (isStored) folder.takeAppended(name)
    },

    /** False: the part was taken already. */
    add(path: string, entry: FileEntry | null): boolean {
      const name = keyOf(path).slice(0, DIGITS)
      if (!open.has(name)) return false
      const line = `${path}\t${entry?.[0] ?? ''}\t${entry?.[1] ?? ''}\n`
      const part = parts.get(name) ?? { bytes: Buffer.allocUnsafeSlow(BUFFER), used: 0, isStored: false }
      parts.set(name, part)
      if (part.used + line.length > BUFFER) flush(name, part)
      part.used += part.bytes.write(line, part.used, 'latin1')
      return true
    },

    /** Each part, once: the digits with which its keys begin, and the last that was noted about each path. */
    *take(): Generator<[digits: string, Entries]> {
      for (const name of ALL) {
        const { bytes, used = 0, isStored = false } = parts.get(name) ?? {}
        const stored = isStored ? (folder.takeAppended(name)?.toString('latin1') ?? '') : ''
        open.delete(name)
        parts.delete(name)
        yield [name, read(stored + (bytes?.toString('latin1', 0, used) ?? ''))]
      }
    },
  }
}

function read(text: string): Entries {
  const entries: Entries = new Map()
  for (const line of text.split('\n')) {
    const [path = '', hash = '', end = ''] = line.split('\t')
    if (path !== '') entries.set(path, hash === '' ? null : [hash, end === '' ? null : Number(end)])
  }
  return entries
}
