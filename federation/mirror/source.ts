/** Reads the files of an export, or of another mirror, over HTTP. */
import type { Fetcher } from '#fetcher/fetcher.ts'
import { RAW_PATH } from '../files/place.ts'

export type Source = {
  url: string
  /** Null: there is none. @throws FetchError */
  file(path: string): Promise<Buffer | null>
}

/** `base`: the URL of the anchor or mirror. The names of files are percent-encoded, and again in a URL. */
export function openSource(fetcher: Pick<Fetcher, 'file'>, base: string): Source {
  const root = `${base.replace(/\/+$/, '')}${RAW_PATH}`
  return {
    url: root,
    file: (path) => fetcher.file(`${root}/${path.split('/').map(encodeURIComponent).join('/')}`),
  }
}
