/** How errors look in the log: what they say and where they come from, and nothing that only hangs on them. */
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino'

/** Deeper causes say nothing new. */
const DEPTH = 4

/**
 * Clients of databases hang on an error what they were about to send, a password among it (ioredis the AUTH command,
 * pg the whole connection), so only these members are written.
 */
export function describeError(error: unknown, depth = DEPTH): unknown {
  if (!(error instanceof Error)) {
    // pg-boss copies what it was given into a plain object, members and all.
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

/** A line of JSON for each entry, on standard output unless `stream` says otherwise. */
export function createLog(options: LoggerOptions & { level: string }, stream?: DestinationStream): Logger {
  const all: LoggerOptions = { ...options, serializers: { err: (error: unknown) => describeError(error) } }
  return stream ? pino(all, stream) : pino(all)
}
