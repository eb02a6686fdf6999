/** The objects that the user opened last, kept in the browser for each user and anchor. */
import { addressIn, anchorIn, withoutAnchor } from '#lib/anchor/address.ts'

export interface Recent {
  href: string
  label: string
}

const MOST = 8
const keyOf = (username: string) => `recent ${username}`

/** Pages of one object; its tabs count as the object. */
const objects = [
  /^\/subordinates\/(?!new$|import$|change$)[^/]+/,
  /^\/organizations\/(?!new$)[^/]+/,
  /^\/requests\/(?:approvals\/|(?!approvals$|checks(?:$|\/)))[^/]+/,
  /^\/trust-marks\/(?:types\/(?!new$)|(?!new$|types(?:$|\/)))[^/]+/,
  /^\/activity\/[^/]+/,
  /^\/explorer\/collection\/entity$/,
]

/** The address of the object on a page; undefined for pages without one. */
export function objectAt({ pathname, search }: Pick<URL, 'pathname' | 'search'>): string | undefined {
  for (const pattern of objects) {
    const [found] = pattern.exec(withoutAnchor(pathname)) ?? []
    if (found)
      return addressIn(anchorIn(pathname), found === '/explorer/collection/entity' ? found + search : found)
  }
  return undefined
}

const isRecent = (value: unknown): value is Recent =>
  typeof value === 'object' &&
  value !== null &&
  'href' in value &&
  typeof value.href === 'string' &&
  'label' in value &&
  typeof value.label === 'string'

/** Newest first; empty without access to the storage, or when it holds something else. */
export function readRecent(username: string, storage: Pick<Storage, 'getItem'>): Recent[] {
  try {
    const stored: unknown = JSON.parse(storage.getItem(keyOf(username)) ?? '[]')
    return Array.isArray(stored) ? stored.filter(isRecent).slice(0, MOST) : []
  } catch {
    return []
  }
}

export function remember(
  username: string,
  opened: Recent,
  storage: Pick<Storage, 'getItem' | 'setItem'>,
): void {
  const others = readRecent(username, storage).filter(({ href }) => href !== opened.href)
  try {
    storage.setItem(keyOf(username), JSON.stringify([opened, ...others].slice(0, MOST)))
  } catch {
    // Without access to storage there are no recent objects.
  }
}
