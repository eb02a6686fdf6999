/** Divides long work, so that the process answers other requests in between. */
import { setImmediate } from 'node:timers/promises'

/** Items of work between two pauses: some milliseconds. */
const SLICE = 10_000

/** Returns a function to call with the number of items done, which pauses when it is time. */
export function createPauses(): (done: number) => Promise<void> {
  let since = 0
  return async (done) => {
    since += done
    if (since < SLICE) return
    since = 0
    await setImmediate()
  }
}
