/** Creates the log of the admin side: every line names its request and, in a worker, its run. */
import type { DestinationStream, Logger } from 'pino'
import { createLog } from '#federation/process/log.ts'
import { type Clock, systemClock } from '#server/clock.ts'
import { getOrigin } from '#server/identity/origin.ts'
import { leaveOutRepeatedCauses } from '#server/process/repeated-causes.ts'

export function createServerLog(level: string, stream?: DestinationStream, now: Clock = systemClock): Logger {
  const hooks = { logMethod: leaveOutRepeatedCauses(now) }
  return createLog({ level, mixin: () => ({ ...getOrigin() }), hooks }, stream)
}
