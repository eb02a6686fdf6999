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
