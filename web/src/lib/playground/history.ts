/**
 * The operations that the user ran last, kept in the browser for each user. Variables may contain secrets, so signing out
 * removes them.
 */

export interface Past {
  query: string
  variables: string
  /** When it ran last, as `toISOString` writes it. */
  at: string
}

const MOST = 50
const PREFIX = 'playground '
const keyOf = (username: string) => PREFIX + username

const isPast = (value: unknown): value is Past =>
  typeof value === 'object' &&
  value !== null &&
  'query' in value &&
  typeof value.query === 'string' &&
  'variables' in value &&
  typeof value.variables === 'string' &&
  'at' in value &&
  typeof value.at === 'string'

/** Newest first; empty without access to the storage, or when it holds something else. */
export function readHistory(username: string, storage: Pick<Storage, 'getItem'>): Past[] {
  try {
    const stored: unknown = JSON.parse(storage.getItem(keyOf(username)) ?? '[]')
    return Array.isArray(stored) ? stored.filter(isPast).slice(0, MOST) : []
  } catch {
    return []
  }
}

/** The same text again moves to the front. Returns what is kept. */
export function keepInHistory(
  username: string,
  run: Past,
  storage: Pick<Storage, 'getItem' | 'setItem'>,
): Past[] {
  const others = readHistory(username, storage).filter(
    ({ query, variables }) => query !== run.query || variables !== run.variables,
  )
  const kept = [run, ...others].slice(0, MOST)
  try {
    storage.setItem(keyOf(username), JSON.stringify(kept))
    return kept
  } catch {
    // Without access to storage, or without room in it, the history stays as it was.
    return readHistory(username, storage)
  }
}

/** Removes the history of one user, or of all who used this browser. */
export function clearHistory(storage: Storage, username?: string): void {
  try {
    const keys = Object.keys(storage).filter((key) => key.startsWith(PREFIX))
    for (const key of username === undefined ? keys : [keyOf(username)]) storage.removeItem(key)
  } catch {
    // Without access to storage there is no history.
  }
}
