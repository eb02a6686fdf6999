/** The folder of an export. A file is whole at any moment: it is written beside its place, and renamed. */
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { opendir, rm } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'

/** Files under way. */
const TEMPORARY = '.tmp'
/** Names of a page. */
const PAGE = 500

export type Folder = ReturnType<typeof openFolder>

/** Changes nothing. Its functions throw errors of the file system. */
export function openFolder(root: string) {
  const temporary = join(root, TEMPORARY)
  const file = join(temporary, 'file')

  /** Null: it is missing, as most new files are; an error of the file system is slow. */
  function read(path: string): Buffer | null {
    const there = join(root, path)
    return existsSync(there) ? readFileSync(there) : null
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

  function write(path: string, bytes: Buffer): void {
    within(temporary, () => writeFileSync(file, bytes))
    const there = join(root, path)
    within(dirname(there), () => renameSync(file, there))
  }

  return {
    /** For its only writer: creates the folder if it is missing, and removes what an interrupted writer left. */
    prepare(): void {
      rmSync(temporary, { recursive: true, force: true })
      mkdirSync(temporary, { recursive: true })
    },

    write,

    /** True: it was written. A file with these bytes already stays as it is. */
    put(path: string, bytes: Buffer): boolean {
      if (read(path)?.equals(bytes)) return false
      write(path, bytes)
      return true
    },

    /** True: it was there. */
    remove(path: string): boolean {
      try {
        rmSync(join(root, path))
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
        if (existsSync(join(root, path))) renameSync(join(root, path), join(temporary, `cleared-${at}`))
      }
      await rm(temporary, { recursive: true })
    },

    /** Another name for the same bytes. True: it was not there. */
    link(path: string, other: string): boolean {
      const there = join(root, other)
      if (existsSync(there)) return false
      within(dirname(there), () => linkSync(join(root, path), there))
      return true
    },

    read,

    has: (path: string): boolean => existsSync(join(root, path)),

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
        for await (const { name } of await opendir(join(root, path))) {
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
