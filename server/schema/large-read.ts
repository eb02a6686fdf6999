/** Shares reads of very many rows between requests. */
import type { Context } from '#server/schema/context.ts'

type Place = Pick<Context, 'db' | 'now'>
type Reads<Value> = { running: Promise<Value>; next?: Promise<Value> }

/**
 * One at a time for each database: those who ask meanwhile share the next one. It begins after they asked, and so shows what
 * they have changed.
 */
export function shareReads<Value>(read: (place: Place) => Promise<Value>) {
  const reads = new WeakMap<Place['db'], Reads<Value>>()

  function begin(place: Place): Promise<Value> {
    const running = read(place)
    const current: Reads<Value> = { running }
    reads.set(place.db, current)
    const end = () => {
      if (!current.next) reads.delete(place.db)
    }
    running.then(end, end)
    return running
  }

  return (place: Place): Promise<Value> => {
    const current = reads.get(place.db)
    if (!current) return begin(place)
    const next = () => begin(place)
    current.next ??= current.running.then(next, next)
    return current.next
  }
}
