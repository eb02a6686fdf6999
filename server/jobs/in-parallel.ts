/** Works through a list, a few at a time, until it is done, one fails or the signal is given; nothing runs on after. */
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
