/** Keeps asynchronous results by the objects that they are made from, as long as those live. A failure is not kept. */

export type Memo<Source extends object, Result> = {
  read(source: Source, make: () => Promise<Result>): Promise<Result>
  /** A result that is there already. */
  peek(source: Source): Result | undefined
}

export function createMemo<Source extends object, Result>(): Memo<Source, Result> {
  const promises = new WeakMap<Source, Promise<Result>>()
  const results = new WeakMap<Source, Result>()
  return {
    async read(source, make) {
      const promise = promises.get(source) ?? make()
      promises.set(source, promise)
      try {
        const result = await promise
        results.set(source, result)
        return result
      } catch (error) {
        promises.delete(source)
        throw error
      }
    },
    peek: (source) => results.get(source),
  }
}
