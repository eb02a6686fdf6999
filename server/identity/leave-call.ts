/** Starts what outlives the call that happens to start it, such as a timer or a worker. */
import { AsyncLocalStorage } from 'node:async_hooks'

/** Calls a function with nothing of the present call: no request, run, approval or rehearsal. */
export const leaveCall = AsyncLocalStorage.snapshot()
