/**
 * Creates the log of the admin side: every line names its request and, in a worker, its run. While the database or Redis is
 * away, busy or full, a cause is logged once a minute: every loop of every anchor meets it.
 */
import type { DestinationStream, LogFn, Logger } from 'pino'
import { createLog } from '#federation/process/log.ts'
import { type Clock, systemClock } from '#server/clock.ts'
import { explainDatabaseOutage } from '#server/error/database-outage.ts'
import { UnavailableError } from '#server/error/operation-error.ts'
import { getOrigin } from '#server/identity/origin.ts'
import { explainStoreOutage } from '#store/outage.ts'

export function createServerLog(level: string, stream?: DestinationStream, now: Clock = systemClock): Logger {
  const hooks = { logMethod: leaveOutRepeatedCauses(now) }
  return createLog({ level, mixin: () => ({ ...getOrigin() }), hooks }, stream)
}

const INTERVAL_MS = 60_000

type Seen = { until: number; repeated: number }

/** Returns a hook of pino. The next line about a cause has the number of lines that were left out, as `repeated`. */
function leaveOutRepeatedCauses(clock: Clock) {
  const seen = new Map<string, Seen>()

  /** How many were left out since the last line of this kind; null: this one is left out too. */
  function count(kind: string): number | null {
    const now = clock().getTime()
    const last = seen.get(kind)
    if (last && now < last.until) {
      last.repeated += 1
      return null
    }
    seen.set(kind, { until: now + INTERVAL_MS, repeated: 0 })
    return last?.repeated ?? 0
  }

  return function logMethod(this: Logger, args: Parameters<LogFn>, method: LogFn): void {
    const [object, ...others]: unknown[] = args
    const cause = findCause(object)
    // What a user noticed is worth a line of its own.
    const kind = `${getOrigin().requestId === undefined ? 'background' : 'request'} ${cause}`
    const repeated = cause === null ? 0 : count(kind)
    if (repeated === null) return
    const shown = repeated > 0 ? { ...(object as object), repeated } : object
    method.apply(this, [shown, ...others] as Parameters<LogFn>) // as given
  }
}

/** An outage as a sentence, or by the address that cannot be reached; null for another line. */
function findCause(object: unknown): string | null {
  if (typeof object !== 'object' || object === null || !('err' in object)) return null
  const error = toError(object.err)
  if (error instanceof UnavailableError) return error.message
  const outage = explainDatabaseOutage(error) ?? explainStoreOutage(error)
  return outage !== null && error instanceof Error && 'syscall' in error ? error.message : outage
}

/** pg-boss copies an error with all its members into a plain object. */
function toError(value: unknown): unknown {
  if (value instanceof Error || typeof value !== 'object' || value === null || !('message' in value))
    return value
  return Object.assign(new Error(String(value.message)), 'code' in value ? { code: value.code } : {})
}
