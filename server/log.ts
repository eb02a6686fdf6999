/** The log of the admin side: every line says for which request, and in which run, it was written. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { DestinationStream, Logger } from 'pino'
import { createLog } from '#federation/log.ts'

/** On whose behalf something is done. */
export type Origin = { requestId?: string; runId?: number }

const origins = new AsyncLocalStorage<Origin>()

/** Whatever `work` starts, and whatever that starts, belongs to the origin. */
export function onBehalfOf<Result>(origin: Origin, work: () => Result): Result {
  return origins.run(origin, work)
}

export function presentOrigin(): Origin {
  return origins.getStore() ?? {}
}

export function createServerLog(level: string, stream?: DestinationStream): Logger {
  return createLog({ level, mixin: () => ({ ...presentOrigin() }) }, stream)
}
