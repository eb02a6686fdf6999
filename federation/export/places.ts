/**
 * The folders of the exported anchors: one for the first anchor, or one below it for each, named by its slug. Those have a mark, so
 * that no other folder beside them, such as a mirror, is taken for one.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FIRST_ANCHOR, isSlug } from '#store/anchors.ts'
import { openFolder } from '../files/folder.ts'
import { CONFIGURATION_FILE, MANIFEST_FILE, topLevel } from '../files/place.ts'

/** The mark of a folder. */
const MARK = '.inmor-export'

export type Places = ReturnType<typeof createPlaces>

/** Its functions throw errors of the file system. */
export function createPlaces(root: string, withOthers: boolean) {
  const of = (slug: string) => (withOthers ? join(root, slug) : root)
  const mark = (slug: string) => join(of(slug), MARK)
  const isUsed = (slug: string) =>
    [CONFIGURATION_FILE, MANIFEST_FILE].some((file) => existsSync(join(of(slug), file)))
  return {
    of,
    /** Before it is written into. */
    claim(slug: string): void {
      if (!withOthers) return
      mkdirSync(of(slug), { recursive: true })
      writeFileSync(mark(slug), '')
    },
    /** The slugs of those with files of an export. */
    inUse: (): string[] =>
      withOthers
        ? readdirSync(root).filter((slug) => isSlug(slug) && existsSync(mark(slug)))
        : [FIRST_ANCHOR].filter(isUsed),
    /** Removes all that an export has written, at once for readers. */
    async clear(slug: string): Promise<void> {
      await openFolder(of(slug)).clear(topLevel)
      rmSync(mark(slug), { force: true })
    },
  }
}
