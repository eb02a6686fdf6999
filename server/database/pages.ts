/** Reads pages ahead of their use, and works on several at once in their order. */

/** Reads the next page while the caller works on the one before, so that a store and this process work at once. */
export async function* ahead<Page>(pages: AsyncIterable<Page>): AsyncGenerator<Page> {
  const iterator = pages[Symbol.asyncIterator]()
  const read = () => {
    const page = iterator.next()
    page.catch(() => undefined) // it is thrown where the page is awaited
    return page
  }
  for (let next = read(); ; ) {
    const { done, value } = await next
    if (done) return
    next = read()
    yield value
  }
}

/** Works on some pages at once, and yields the results in the order of the pages. */
export async function* inOrder<Page, Result>(
  pages: AsyncIterable<Page>,
  limit: number,
  work: (page: Page) => Promise<Result>,
): AsyncGenerator<Result> {
  const underWay: Promise<Result>[] = []
  for await (const page of pages) {
    const result = work(page)
    result.catch(() => undefined) // it is thrown where the result is awaited
    const ready = underWay.push(result) < limit ? undefined : underWay.shift()
    if (ready) yield await ready
  }
  for (const result of underWay) yield await result
}
