/** Reads the files of an export, or of another mirror: over HTTP, or where they are. */
import type { Fetcher } from '#fetcher/fetcher.ts'
import { type Folder, openFolder } from '../files/folder.ts'
import { type Objects, openObjects } from '../files/objects.ts'
import { RAW_PATH } from '../files/place.ts'

export type Source = {
  /** As the operator names it, or where exactly it is. */
  name: string
  /** Null: there is none. @throws FetchError, Error of the file system */
  file(path: string): Promise<Buffer | null>
}

/** `base`: the URL of the anchor or mirror. */
export function openUrlSource(fetcher: Pick<Fetcher, 'file'>, base: string): Source {
  const root = `${base.replace(/\/+$/, '')}${RAW_PATH}`
  return { name: root, file: (path) => fetcher.file(`${root}/${encodePath(path)}`) }
}

/** The names of files are percent-encoded, and again in a URL. */
const encodePath = (path: string) => path.split('/').map(encodeURIComponent).join('/')

export function openFolderSource(path: string): Source {
  const folder = openFolder(path)
  return { name: path, file: async (file) => folder.read(file) }
}

/** The folder in which a mirror keeps files. */
export type Target = { folder: Folder; objects: Objects }

/** Creates the folder. @throws Error of the file system */
export function openTarget(path: string): Target {
  const folder = openFolder(path)
  folder.prepare()
  return { folder, objects: openObjects(folder) }
}
