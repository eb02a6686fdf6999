/** Works through a list, a few at a time, until it is done or the signal is given. */
export async function inParallel<Item>(
  items: readonly Item[],
  concurrency: number,
  signal: AbortSignal | null,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  const queue = items.values()
  const runner = async () => {
    for (const item of queue) {
      signal?.throwIfAborted()
      await work(item)
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, runner))
  signal?.throwIfAborted()
}
