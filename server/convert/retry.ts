/** Repeats a request that may succeed later, as after a restart of the source or a limit on its requests. */
import { setTimeout } from 'node:timers/promises'
import { FetchError } from '#fetcher/fetch-error.ts'

/** Milliseconds before each further attempt. */
const PAUSES = [250, 1_000]

/** @throws FetchError of the last attempt */
export async function retry<Result>(request: () => Promise<Result>): Promise<Result> {
  for (const pause of PAUSES) {
    try {
      return await request()
    } catch (error) {
      if (!(error instanceof FetchError && error.retryable)) throw error
      await setTimeout(pause)
    }
  }
  return request()
}
