/**
 * The folder of an export. A file is whole at any moment: it is written beside its place, and renamed. The compressed form of a
 * list goes before the list changes and comes after it, so that it never has other content.
 */
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { opendir, rm } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { crc32, gzipSync } from 'node:zlib'
import { type Between, compressFile, hashFile, readEnd, type Written, writeParts } from './long-file.ts'
import { isCompressed } from './place.ts'

/** Files under way. */
const TEMPORARY = '.tmp'
/** Of the compressed form of a file. */
const GZIP = '.gz'
/** Bytes below which compression saves no packet. */
const MIN_COMPRESSED = 1024
/** Names of a page. */
const PAGE = 100

export type Folder = ReturnType<typeof openFolder>

/** Changes nothing. Its functions throw errors of the file system. */
export function openFolder(root: string) {
  /** The paths of files are as they must be, so nothing is to be normalized. */
  const placeOf = (path: string) => `${root}/${path}`
  const temporary = placeOf(TEMPORARY)
  const file = placeOf(`${TEMPORARY}/file`)
  const long = placeOf(`${TEMPORARY}/long`)

  /** Null: it is missing, as most new files are; an error of the file system is slow. */
  function read(path: string): Buffer | null {
    const there = placeOf(path)
    return existsSync(there) ? readFileSync(there) : null
  }

  /** The SHA-256 of its bytes, in hex. Null: it is missing. */
  function hashOf(path: string): string | null {
    const there = placeOf(path)
    return existsSync(there) ? hashFile(there) : null
  }

  /** Creates the folder of a file when it is missing. */
  function within(parent: string, act: () => void): void {
    try {
      act()
    } catch (error) {
      if (!isMissing(error)) throw error
      mkdirSync(parent, { recursive: true })
      act()
    }
  }

  function replace(path: string, bytes: Buffer): void {
    within(temporary, () => writeFileSync(file, bytes))
    move(file, path)
  }

  function move(from: string, path: string): void {
    const there = placeOf(path)
    within(dirname(there), () => renameSync(from, there))
  }

  /** Its end has the checksum and the length of what it contains. */
  function isCompressedFrom(path: string, { checksum, length }: Omit<Written, 'hash'>): boolean {
    const there = placeOf(path)
    const end = existsSync(there) ? readEnd(there, 8) : null
    return end?.length === 8 && end.readUInt32LE(0) === checksum && end.readUInt32LE(4) === length
  }

  function removeCompressed(path: string): void {
    if (isCompressed(path)) rmSync(placeOf(path + GZIP), { force: true })
  }

  function putCompressed(path: string, bytes: Buffer): void {
    if (isCompressed(path) && lacksCompressed(path, { checksum: crc32(bytes), length: bytes.length }))
      replace(path + GZIP, gzipSync(bytes))
  }

  /** Whether it is to be written. That of a short file goes. */
  function lacksCompressed(path: string, written: Omit<Written, 'hash'>): boolean {
    if (isCompressedFrom(path + GZIP, written)) return false
    if (written.length >= MIN_COMPRESSED) return true
    removeCompressed(path)
    return false
  }

  return {
    /** For its only writer: creates the folder if it is missing, and removes what an interrupted writer left. */
    prepare(): void {
      rmSync(temporary, { recursive: true, force: true })
      mkdirSync(temporary, { recursive: true })
    },

    /** True: it was written. A file with these bytes already stays as it is. `there`: what it has, if that was read. */
    put(path: string, bytes: Buffer, there = read(path)): boolean {
      const isNew = !there?.equals(bytes)
      if (isNew) {
        removeCompressed(path)
        replace(path, bytes)
      }
      putCompressed(path, bytes)
      return isNew
    },

    /**
     * The same for a list of any length, in little memory. @throws Error of `between` too, and of `parts`: then the file stays as it
     * was
     */
    async putParts(
      path: string,
      parts: AsyncIterable<Buffer>,
      between: Between = async () => {},
    ): Promise<Pick<Written, 'hash'> & { isNew: boolean }> {
      mkdirSync(temporary, { recursive: true })
      try {
        const written = await writeParts(long, parts, between)
        const { hash } = written
        const isNew = hashOf(path) !== hash
        if (isNew) {
          removeCompressed(path)
          move(long, path)
        }
        if (lacksCompressed(path, written)) {
          await compressFile(placeOf(path), long, between)
          move(long, path + GZIP)
        }
        return { hash, isNew }
      } finally {
        rmSync(long, { force: true }) // what was not moved
      }
    },

    /** True: it was there. */
    remove(path: string): boolean {
      removeCompressed(path)
      try {
        rmSync(placeOf(path))
        return true
      } catch (error) {
        if (isMissing(error)) return false
        throw error
      }
    },

    /** Files, and folders with all in them. They are away at once, however long it takes to free their space. */
    async clear(paths: readonly string[]): Promise<void> {
      mkdirSync(temporary, { recursive: true })
      for (const [at, path] of paths.entries()) {
        if (existsSync(placeOf(path))) renameSync(placeOf(path), join(temporary, `cleared-${at}`))
      }
      await rm(temporary, { recursive: true })
    },

    /** Another name for the same bytes. True: it was not there. */
    link(path: string, other: string): boolean {
      const there = placeOf(other)
      if (existsSync(there)) return false
      within(dirname(there), () => linkSync(placeOf(path), there))
      return true
    },

    /** To a file of its writer's own, which readers do not see. */
    append(name: string, bytes: Buffer): void {
      within(temporary, () => appendFileSync(join(temporary, name), bytes))
    },

    /** All that was appended to it. Null: nothing. */
    takeAppended(name: string): Buffer | null {
      const bytes = read(join(TEMPORARY, name))
      if (bytes) rmSync(join(temporary, name))
      return bytes
    },

    read,

    hashOf,

    has: (path: string): boolean => existsSync(placeOf(path)),

    /** The path of every file. */
    async *paths(): AsyncGenerator<string> {
      for await (const entry of await opendir(root, { recursive: true })) {
        if (entry.isFile()) yield relative(root, join(entry.parentPath, entry.name))
      }
    },

    /** The names in a folder, page by page. */
    async *names(path: string): AsyncGenerator<string[]> {
      let page: string[] = []
      try {
        for await (const { name } of await opendir(placeOf(path), { bufferSize: PAGE })) {
          if (page.push(name) < PAGE) continue
          yield page
          page = []
        }
      } catch (error) {
        if (!isMissing(error)) throw error
      }
      yield page
    },
  }
}

const isMissing = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT'
