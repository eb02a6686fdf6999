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

/** @throws FederationError `temporarily_unavailable` while Redis is down */
export async function guarded<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw toStoreError(error)
  }
}

/** Whether an error or one of its causes is a Redis outage. */
export function isStoreOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return error instanceof StoreOutage || refusalOf(error) !== undefined || isStoreOutage(error.cause)
}

/** Whether Redis is there, and refuses a write only. */
export const isRefusedWrite = (error: unknown): boolean =>
  error instanceof Error && /^(OOM|MISCONF|READONLY|NOREPLICAS)\b/.test(refusalOf(error) ?? '')

/** What to do about a Redis that answers, but refuses writes; undefined for another error. */
export function explainRefusedWrite(error: unknown): string | undefined {
  const refusal = error instanceof Error ? refusalOf(error) : undefined
  if (refusal?.startsWith('OOM')) return 'Redis is out of memory and refuses writes. Raise its maxmemory.'
  if (refusal?.startsWith('MISCONF')) {
    return 'Redis cannot save its data and refuses writes. Check its disk space and its log.'
  }
  return refusal && `Redis cannot take writes at the moment: ${refusal}`
}

/** What to answer while Redis is unreachable or refuses writes; null for another error. */
export function explainStoreOutage(error: unknown): string | null {
  if (!isStoreOutage(error)) return null
  return explainRefusedWrite(error) ?? 'Redis is unreachable. Try again in a moment.'
}

/** The reply with which a reachable Redis refused a command, or the first one of a transaction. */
function refusalOf(error: Error): string | undefined {
  if (error.name !== 'ReplyError') return undefined
  if (transientReply.test(error.message)) return error.message
  const earlier = 'previousErrors' in error && Array.isArray(error.previousErrors) ? error.previousErrors : []
  return earlier.map((each) => (each instanceof Error ? refusalOf(each) : undefined)).find(Boolean)
}

function isConnectionFailure(error: Error): boolean {
  if (error.name === 'ReplyError') return transientReply.test(error.message)
  const isSystemError = 'syscall' in error
  const wasAborted = error.name === 'MaxRetriesPerRequestError' || error.name === 'AbortError'
  return isSystemError || wasAborted || connectionFailure.test(error.message)
}
