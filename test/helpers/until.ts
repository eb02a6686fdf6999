/** Waits as vi.waitFor does, for what also runs outside of a test. */
import { setTimeout } from 'node:timers/promises'

/** Milliseconds. */
type Patience = { timeout: number; interval: number }

/** Repeats `work` until it does not throw. @throws what it threw last, once the time is over */
export async function until<T>(work: () => Promise<T>, { timeout, interval }: Patience): Promise<T> {
  for (const end = performance.now() + timeout; ; ) {
    try {
      return await work()
    } catch (error) {
      if (performance.now() > end) throw error
    }
    await setTimeout(interval)
  }
}
