/** How many threads of libuv a program has: they verify signatures, and read folders. */
import { availableParallelism } from 'node:os'

/** What libuv has without a setting. */
const USUAL = 4

/**
 * At most one for each processor: more take the processor from the event loop, each time that one of them wakes. Only before the first
 * use of such a thread. What the operator has set stays.
 */
export function limitThreads(environment: NodeJS.ProcessEnv = process.env): void {
  environment.UV_THREADPOOL_SIZE ??= String(Math.min(USUAL, availableParallelism()))
}
