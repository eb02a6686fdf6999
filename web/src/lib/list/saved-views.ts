/** Named filters of a list, kept in the browser. */
import { addressWith } from './list.ts'

export interface SavedView {
  name: string
  /** Its address below the list's own, with the question mark. */
  query: string
}

const keyOf = (pathname: string) => `views ${pathname}`

const isView = (value: unknown): value is SavedView =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  typeof value.name === 'string' &&
  'query' in value &&
  typeof value.query === 'string'

/** The filters and the sort of an address, without its page; equal for the same view. */
export function viewOf({ pathname, search }: Pick<URL, 'pathname' | 'search'>): string {
  const parameters = new URLSearchParams(search)
  parameters.sort()
  return addressWith({ pathname, search: `?${parameters}` }, {}).slice(pathname.length)
}

/** Empty without access to the storage, or when it holds something else. */
export function readViews(pathname: string, storage: Pick<Storage, 'getItem'>): SavedView[] {
  try {
    const stored: unknown = JSON.parse(storage.getItem(keyOf(pathname)) ?? '[]')
    return Array.isArray(stored) ? stored.filter(isView) : []
  } catch {
    return []
  }
}

/** Returns whether the browser keeps them. */
export function keepViews(
  pathname: string,
  views: readonly SavedView[],
  storage: Pick<Storage, 'setItem'>,
): boolean {
  try {
    storage.setItem(keyOf(pathname), JSON.stringify(views))
    return true
  } catch {
    return false
  }
}

/** A view of the same name is replaced. */
export const withView = (views: readonly SavedView[], view: SavedView): SavedView[] => [
  ...views.filter(({ name }) => name !== view.name),
  view,
]
