/** Runs an operation on many objects, some at a time, and keeps the reason of each failure. */
import type { Refusal } from '#lib/graphql/refusal.ts'

/** The connections that a browser keeps to one host, minus those that the page needs. */
const AT_ONCE = 3

export interface Failure<Item> {
  item: Item
  reason: string
}

export class BulkRun<Item> {
  total = $state(0)
  done = $state(0)
  failures = $state.raw<readonly Failure<Item>[]>([])
  isRunning = $state(false)
  #isStopped = false

  /** Resolves when all are done, or after `stop` when the started ones are done. */
  async run(items: readonly Item[], operation: (item: Item) => Promise<Refusal | undefined>): Promise<void> {
    const waiting = [...items]
    this.total = items.length
    this.done = 0
    this.failures = []
    this.#isStopped = false
    this.isRunning = true
    const work = async () => {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
        const refusal = await operation(item)
        this.done += 1
        if (refusal) this.failures = [...this.failures, { item, reason: refusal.message }]
        if (this.#isStopped) return
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    this.isRunning = false
  }

  stop(): void {
    this.#isStopped = true
  }
}
