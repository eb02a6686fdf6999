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
