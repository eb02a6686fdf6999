/** Reads again at intervals, for what changes without an event. */

const INTERVAL_MS = 5_000

/**
 * Polls while the page is visible, until the returned function is called. `read` answers undefined after a failure, which
 * keeps what is shown. An answer for an address that the user has left is ignored.
 */
export function poll<Data>(read: () => Promise<Data | undefined>, take: (data: Data) => void): () => void {
  let isOver = false
  const timer = setInterval(async () => {
    if (document.visibilityState !== 'visible') return
    const { href } = location
    const data = await read()
    if (data !== undefined && !isOver && location.href === href) take(data)
  }, INTERVAL_MS)
  return () => {
    isOver = true
    clearInterval(timer)
  }
}
