/** What one listener has yet to read; bounded, because one who reads slowly must not cost ever more. */

/** Of those not read; the oldest are dropped first, since what comes later says more. */
const MAXIMUM = 1_000

export type EventStream<Event> = AsyncIterator<Event> &
  AsyncIterable<Event> & {
    push(event: Event): void
    /** What was pushed before is still read. */
    end(): void
    return(): Promise<IteratorResult<Event>>
  }

/** Keeps events from now on; `onEnd` is called once, whoever ends it. */
export function createEventStream<Event>(onEnd: () => void): EventStream<Event> {
  const unread: Event[] = []
  const readers: ((result: IteratorResult<Event>) => void)[] = []
  const over = { done: true, value: undefined } as const
  let isEnded = false

  function end(): void {
    if (isEnded) return
    isEnded = true
    for (const read of readers.splice(0)) read(over)
    onEnd()
  }

  return {
    push(event) {
      if (isEnded) return
      const read = readers.shift()
      if (read) return read({ done: false, value: event })
      unread.push(event)
      if (unread.length > MAXIMUM) unread.shift()
    },
    end,
    next() {
      const [event] = unread.splice(0, 1)
      if (event !== undefined) return Promise.resolve({ done: false, value: event })
      if (isEnded) return Promise.resolve(over)
      return new Promise((resolve) => readers.push(resolve))
    },
    return() {
      unread.length = 0
      end()
      return Promise.resolve(over)
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
