/** The folder of an export. A file is whole at any moment: it is written beside its place, and renamed. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { opendir } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Files under way. */
const TEMPORARY = '.tmp'
/** Names of a page. */
const PAGE = 500

export type Folder = ReturnType<typeof openFolder>

/** Creates the folder if it is missing, and removes what an interrupted writer left. @throws Error of the file system */
export function openFolder(root: string) {
  const temporary = join(root, TEMPORARY)
  rmSync(temporary, { recursive: true, force: true })
  mkdirSync(temporary, { recursive: true })
  const file = join(temporary, 'file')

  /** Most new files are missing, and an error of the file system is slow. */
  function holds(path: string, bytes: Buffer): boolean {
    const there = join(root, path)
    return existsSync(there) && readFileSync(there).equals(bytes)
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

  return {
    /** True: it was written. A file with these bytes already stays as it is. */
    put(path: string, bytes: Buffer): boolean {
      if (holds(path, bytes)) return false
      within(temporary, () => writeFileSync(file, bytes))
      const there = join(root, path)
      within(dirname(there), () => renameSync(file, there))
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

    has: (path: string): boolean => existsSync(join(root, path)),

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
