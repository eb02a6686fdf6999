/** Processes a list with limited concurrency until it is done, an item fails or the signal aborts; waits for running items. */
export async function inParallel<Item>(
  items: readonly Item[],
  concurrency: number,
  signal: AbortSignal,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  const queue = items.values()
  let isFailing = false
  const runner = async () => {
    for (const item of queue) {
      if (isFailing) return
      signal.throwIfAborted()
      await work(item)
    }
  }
  const runners = Array.from({ length: Math.min(concurrency, items.length) }, () =>
    runner().catch((error: unknown) => {
      isFailing = true
      throw error
    }),
  )
  const failed = (await Promise.allSettled(runners)).find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}

/**
 * Processes every item, because an error of one must not delay the others. Returns the errors. Ends early when the
 * signal aborts; an item that fails then counts as not processed.
 */
export async function eachInParallel<Item>(
  items: readonly Item[],
  concurrency: number,
  signal: AbortSignal,
  work: (item: Item) => Promise<unknown>,
): Promise<unknown[]> {
  const errors: unknown[] = []
  const attempt = (item: Item) =>
    work(item).catch((error: unknown) => {
      if (!signal.aborted) errors.push(error)
    })
  await inParallel(items, concurrency, signal, attempt).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
  return errors
}
