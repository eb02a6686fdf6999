/** A bounded queue of unread events for one subscriber, so that slow readers cost limited memory. */

/** Maximum of unread events. The oldest are dropped first, because later ones carry the newer state. */
export const MAXIMUM = 1_000

export type EventStream<Event> = AsyncIterator<Event> &
  AsyncIterable<Event> & {
    push(event: Event): void
    /** Events pushed before are still delivered. */
    end(): void
    return(): Promise<IteratorResult<Event>>
  }

/** Starts to collect events. `onEnd` is called once at the end of the stream. */
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
