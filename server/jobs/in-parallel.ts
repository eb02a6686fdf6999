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
