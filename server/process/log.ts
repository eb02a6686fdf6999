/** Creates the log of the admin side: every line names its request and, in a worker, its run. */
import type { DestinationStream, Logger } from 'pino'
import { createLog } from '#federation/log.ts'
import { getOrigin } from '#server/identity/origin.ts'

export function createServerLog(level: string, stream?: DestinationStream): Logger {
  return createLog({ level, mixin: () => ({ ...getOrigin() }) }, stream)
}
