/** Does together what is asked for one by one: calls that come while a group is under way make the next group. */
import DataLoader from 'dataloader'

/** `work` settles each item, in their order. `most`: the items of a group. */
export function createGroups<Item, Result>(
  most: number,
  work: (items: readonly Item[]) => Promise<PromiseSettledResult<Result>[]>,
): (item: Item) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve()
  const loader = new DataLoader<Item, Result>(
    async (items) => {
      const results = work(items)
      last = results.catch(() => undefined) // each caller gets the failure
      return (await results).map((result) =>
        result.status === 'fulfilled' ? result.value : asError(result.reason),
      )
    },
    { cache: false, maxBatchSize: most, batchScheduleFn: (dispatch) => void last.then(dispatch) },
  )
  return (item) => loader.load(item)
}

const asError = (reason: unknown) => (reason instanceof Error ? reason : new Error(String(reason)))
