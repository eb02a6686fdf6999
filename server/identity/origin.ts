/** Carries the request and the run on whose behalf work is done, for the log. */
import { AsyncLocalStorage } from 'node:async_hooks'

type Origin = { requestId?: string; runId?: number }

const origins = new AsyncLocalStorage<Origin>()

/** Everything that `work` starts has this origin, however far down. */
export function runWithOrigin<Result>(origin: Origin, work: () => Result): Result {
  return origins.run(origin, work)
}

export function getOrigin(): Origin {
  return origins.getStore() ?? {}
}

/** Calls a function with nothing of the present call: no request and no run. */
export const leaveCall = AsyncLocalStorage.snapshot()
