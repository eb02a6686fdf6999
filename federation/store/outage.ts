/** What it looks like when Redis is away, and the error that says so. */
import { FederationError } from '#core/errors.ts'

/** Replies by which a Redis says that it cannot serve at present, though it is reachable. */
const transientReply =
  /^(LOADING|BUSY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|READONLY|NOREPLICAS|OOM|MISCONF|MOVED|ASK)\b/

/** What ioredis says when it could not put a command to Redis, or got no answer. */
const connectionFailure =
  /^(Connection is (closed|in closing state)|Command timed out|Stream isn't writeable|All sentinels are unreachable|Failed to refresh slots cache|Cluster (is|isn't)|None of startup nodes|Too many Cluster redirections|Node is disconnected)/

/** The failure of a read or a write because Redis is away, which says nothing about what it holds. */
class StoreOutage extends FederationError {
  constructor(cause: unknown) {
    const message =
      'The store of published statements cannot be reached at present; try again in a few seconds.'
    super('temporarily_unavailable', message, { retryable: true }, { cause })
  }
}

/** Turns a failure of the connection into `temporarily_unavailable` (503); any other error is returned as it is. */
export function storeError(error: unknown): unknown {
  return error instanceof Error && isConnectionFailure(error) ? new StoreOutage(error) : error
}

/** Whether an error, or what caused it, is that Redis is away. */
export function isStoreOutage(error: unknown): boolean {
  return error instanceof Error && (error instanceof StoreOutage || isStoreOutage(error.cause))
}

function isConnectionFailure(error: Error): boolean {
  if (error.name === 'ReplyError') return transientReply.test(error.message)
  const isSystemError = 'syscall' in error
  const isGivenUp = error.name === 'MaxRetriesPerRequestError' || error.name === 'AbortError'
  return isSystemError || isGivenUp || connectionFailure.test(error.message)
}
