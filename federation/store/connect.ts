/** The connection to Redis: commands fail within about a second while it is away, and it is sought without end. */

import { Redis, type RedisOptions } from 'ioredis'
import { FederationError } from '#core/errors.ts'

const COMMAND_TIMEOUT_MS = 1_000
const CONNECT_TIMEOUT_MS = 2_000
const LONGEST_WAIT_MS = 1_000

export type ConnectOptions = {
  /** Milliseconds until a command counts as failed; a writer of long pipelines needs more than the default. */
  commandTimeout?: number
  /** Told once of each outage, for the log. */
  onError?: (error: Error) => void
}

/** Begins to connect to `url` (`redis:` or `rediss:`); `waitForRedis` tells when the connection stands. */
export function connectRedis(url: string, options: ConnectOptions = {}): Redis {
  const settings: RedisOptions = {
    enableAutoPipelining: true,
    // A request must not wait for a Redis that is away: neither in a queue nor for a repetition.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: options.commandTimeout ?? COMMAND_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    disconnectTimeout: 200, // it holds the process after a disconnect while Redis is away
    retryStrategy: (attempt) => Math.min(attempt * 50, LONGEST_WAIT_MS),
    reconnectOnError: (error) => error.message.startsWith('READONLY'), // a demoted primary, after a failover
  }
  const redis = new Redis(url, settings)
  reportOutages(redis, options.onError)
  return redis
}

/** Each attempt to reconnect fails with an error of its own; only the first of a row is news. */
function reportOutages(redis: Redis, onError?: (error: Error) => void): void {
  let isAway = false
  redis.on('ready', () => {
    isAway = false
  })
  redis.on('error', (error) => {
    if (!isAway) onError?.(error)
    isAway = true
  })
}

/** Resolves when commands can be sent. @throws FederationError `temporarily_unavailable` after `timeoutMs`. */
export async function waitForRedis(redis: Redis, timeoutMs: number): Promise<void> {
  if (redis.status === 'ready') return
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let reason = 'no answer'
  const remember = (error: Error) => {
    reason = describe(error)
  }
  const timer = setTimeout(() => {
    reject(new FederationError('temporarily_unavailable', `Redis cannot be reached: ${reason}`))
  }, timeoutMs)
  redis.once('ready', resolve).on('error', remember)
  try {
    await promise
  } finally {
    clearTimeout(timer)
    redis.off('ready', resolve).off('error', remember)
  }
}

/**
 * Whether Redis answers within `timeoutMs`. That the connection stands says little: a Redis that hangs keeps it, and a
 * writer's commands wait longer than anybody who asks after its health.
 */
export async function isReachable(redis: Redis, timeoutMs = COMMAND_TIMEOUT_MS): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(false), timeoutMs)
  redis.ping().then(
    () => resolve(true),
    () => resolve(false),
  )
  return promise.finally(() => clearTimeout(timer))
}

/** Replies by which a Redis says that it cannot serve at present, though it is reachable. */
const transientReply = /^(LOADING|BUSY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|READONLY|NOREPLICAS|OOM|MISCONF)\b/

/** What ioredis says when it could not put a command to Redis, or got no answer. */
const connectionFailure =
  /^(Connection is (closed|in closing state)|Command timed out|Stream isn't writeable)/

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

function describe(error: Error): string {
  return error.message || ('code' in error ? String(error.code) : error.name)
}
