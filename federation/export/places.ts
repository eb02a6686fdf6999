/** The folders of the exported anchors: one for the first anchor, or one below it for each, named by its slug. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { FIRST_ANCHOR, isSlug } from '#store/anchors.ts'
import { openFolder } from '../files/folder.ts'
import { CONFIGURATION_FILE, MANIFEST_FILE, topLevel } from '../files/place.ts'

export type Places = ReturnType<typeof createPlaces>

/** Its functions throw errors of the file system. */
export function createPlaces(root: string, withOthers: boolean) {
  const of = (slug: string) => (withOthers ? join(root, slug) : root)
  const isUsed = (slug: string) =>
    [CONFIGURATION_FILE, MANIFEST_FILE].some((file) => existsSync(join(of(slug), file)))
  return {
    of,
    /** The slugs of those with files of an export. */
    inUse: (): string[] =>
      (withOthers && existsSync(root) ? readdirSync(root) : [FIRST_ANCHOR]).filter(
        (slug) => isSlug(slug) && isUsed(slug),
      ),
    /** Removes all that an export has written, at once for readers. */
    clear: (slug: string): Promise<void> => openFolder(of(slug)).clear(topLevel),
  }
}
