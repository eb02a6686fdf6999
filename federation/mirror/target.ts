/** The folder in which a mirror keeps files. */
import { type Folder, openFolder } from '../files/folder.ts'
import { type Objects, openObjects } from '../files/objects.ts'

export type Target = { folder: Folder; objects: Objects }

/** Creates the folder. @throws Error of the file system */
export function openTarget(path: string): Target {
  const folder = openFolder(path)
  folder.prepare()
  return { folder, objects: openObjects(folder) }
}
