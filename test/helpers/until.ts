/** Waits for a condition with a time limit, inside and outside tests. */
import { setTimeout } from 'node:timers/promises'
import { PATIENCE_MS } from './patience.ts'

/** Milliseconds. */
type Patience = { timeout: number; interval: number }

/** Repeats `work` until it does not throw. @throws the last error after the time limit */
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

/** Shorter than any test's limit, so a test fails with this message. */
const PATIENCE = { timeout: PATIENCE_MS, interval: 5 }

/** Polls until the answer is yes. @throws a message with `condition` after the time limit */
export async function untilTrue(condition: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  await until(async () => {
    if (!(await isTrue())) throw new Error(`Still not so after ${PATIENCE.timeout / 1000} s: ${condition}.`)
  }, PATIENCE)
}
