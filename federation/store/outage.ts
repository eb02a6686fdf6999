/** Recognizes a Redis outage and turns it into a FederationError. */
import { FederationError } from '#core/errors.ts'

/** Replies of a reachable Redis that cannot serve at the moment. */
const transientReply =
  /^(LOADING|BUSY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|READONLY|NOREPLICAS|OOM|MISCONF|MOVED|ASK)\b/

/** Messages of ioredis when a command was not sent or not answered. */
const connectionFailure =
  /^(Connection is (closed|in closing state)|Command timed out|Stream isn't writeable|All sentinels are unreachable|Failed to refresh slots cache|Cluster (is|isn't)|None of startup nodes|Too many Cluster redirections|Node is disconnected)/

/** A read or write that failed because Redis is down. */
class StoreOutage extends FederationError {
  constructor(cause: unknown) {
    const message = 'The store of published statements is unavailable. Try again in a few seconds.'
    super('temporarily_unavailable', message, { retryable: true }, { cause })
  }
}

/** Converts a connection failure to `temporarily_unavailable` (503), and returns any other error unchanged. */
export function toStoreError(error: unknown): unknown {
  return error instanceof Error && isConnectionFailure(error) ? new StoreOutage(error) : error
}

/** Whether an error or one of its causes is a Redis outage. */
export function isStoreOutage(error: unknown): boolean {
  return error instanceof Error && (error instanceof StoreOutage || isStoreOutage(error.cause))
}

function isConnectionFailure(error: Error): boolean {
  if (error.name === 'ReplyError') return transientReply.test(error.message)
  const isSystemError = 'syscall' in error
  const wasAborted = error.name === 'MaxRetriesPerRequestError' || error.name === 'AbortError'
  return isSystemError || wasAborted || connectionFailure.test(error.message)
}
