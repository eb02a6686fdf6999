/**
 * Keeps the documents of GraphiQL for one user in this tab. Variables may contain secrets, so signing out removes them.
 */

const PREFIX = 'graphiql '

/** GraphiQL writes a moment after a change, which may be after the end of the session. */
let isOver = false

export function storageOf(username: string) {
  const keyOf = (key: string) => `${PREFIX}${username} ${key}`
  return {
    getItem: (key: string) => sessionStorage.getItem(keyOf(key)),
    setItem(key: string, value: string) {
      if (!isOver) sessionStorage.setItem(keyOf(key), value)
    },
    removeItem: (key: string) => sessionStorage.removeItem(keyOf(key)),
    clear: clearStorage,
    get length() {
      return sessionStorage.length
    },
  }
}

/** Removes what all users have kept. */
export function clearStorage(): void {
  for (const key of Object.keys(sessionStorage).filter((each) => each.startsWith(PREFIX)))
    sessionStorage.removeItem(key)
}

/** The same, and nothing is kept in this document any more. */
export function endStorage(): void {
  isOver = true
  clearStorage()
}
