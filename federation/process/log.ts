/** Creates the log, and keeps secrets in error objects out of it. */
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino'

/** Levels of causes to log. */
const DEPTH = 4

/**
 * Selects the members to log. Database clients attach passwords to errors (ioredis the AUTH command, pg the whole
 * connection).
 */
export function describeError(error: unknown, depth = DEPTH): unknown {
  if (!(error instanceof Error)) {
    // pg-boss copies an error with all its members into a plain object.
    return typeof error === 'object' && error !== null && 'message' in error
      ? { message: String(error.message) }
      : String(error)
  }
  const { name, message, stack, cause } = error
  return {
    type: name,
    message,
    stack,
    ...('code' in error ? { code: String(error.code) } : {}),
    ...(cause !== undefined && depth > 0 ? { cause: describeError(cause, depth - 1) } : {}),
  }
}

/** Logs one line of JSON per entry, to standard output by default. */
export function createLog(options: LoggerOptions & { level: string }, stream?: DestinationStream): Logger {
  const all: LoggerOptions = { ...options, serializers: { err: (error: unknown) => describeError(error) } }
  return stream ? pino(all, stream) : pino(all)
}
