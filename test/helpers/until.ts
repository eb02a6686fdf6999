/** Waits for a condition with a limit, inside and outside of a test. */
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

/** Less than any test has, so that the sentence is what it fails with. */
const PATIENCE = { timeout: 15_000, interval: 5 }

/** Asks until the answer is yes. @throws a sentence with `condition`, once the time is over */
export async function untilTrue(condition: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  await until(async () => {
    if (!(await isTrue())) throw new Error(`Still not so after ${PATIENCE.timeout / 1000} s: ${condition}.`)
  }, PATIENCE)
}
