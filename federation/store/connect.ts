/** Connects to Redis. Commands time out after about a second; reconnection is retried forever. */

import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { FederationError } from '#core/errors.ts'
import { parseRedisUrl, type RedisPlace } from './redis-url.ts'

const COMMAND_TIMEOUT_MS = 1_000
const CONNECT_TIMEOUT_MS = 2_000
const LONGEST_WAIT_MS = 1_000

type DuplicateOptions = Pick<RedisOptions, 'commandTimeout' | 'enableAutoPipelining'>

export type ConnectOptions = {
  /** Milliseconds until a command fails. A writer of long pipelines needs more than the default. */
  commandTimeout?: number
  /** Called once per outage, for the log. */
  onError?: (error: Error) => void
}

/**
 * Starts to connect; `waitForRedis` waits until the connection is ready.
 * @throws RedisUrlError
 */
export function connectRedis(url: string, options: ConnectOptions = {}): Redis {
  const place = parseRedisUrl(url)
  const redis = connectors[place.kind](place, commonOptions(place, options.commandTimeout))
  reportOutages(redis, options.onError)
  return redis
}

/** Like `connectRedis`, through a Unix socket. */
export function connectRedisSocket(path: string, { commandTimeout, onError }: ConnectOptions = {}): Redis {
  const redis = new Redis({ path, ...commonOptions({ db: 0, tls: false }, commandTimeout) })
  reportOutages(redis, onError)
  return redis
}

type Session = Pick<RedisPlace, 'username' | 'password' | 'db' | 'tls'>

function commonOptions(place: Session, commandTimeout = COMMAND_TIMEOUT_MS) {
  const { username, password, db, tls } = place
  return {
    db,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: {} } : {}),
    commandTimeout,
    connectTimeout: CONNECT_TIMEOUT_MS,
    disconnectTimeout: 200, // it keeps the process running after a disconnect while Redis is down
    enableAutoPipelining: true,
    // Of first requests for members. A pipeline of ioredis stays in memory, with its replies, until a full garbage collection.
    autoPipeliningIgnoredCommands: ['hmget', 'hgetall'],
    // A request must not wait while Redis is down, neither in a queue nor for a retry.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    // It would end the process if the connection is lost again before Redis answers. Who subscribes does it at each `ready`.
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy: delayRetry,
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'), // a demoted primary, after a failover
  } satisfies RedisOptions
}

const delayRetry = (attempt: number) => Math.min(attempt * 50, LONGEST_WAIT_MS)

type Connector = (place: RedisPlace, common: ReturnType<typeof commonOptions>) => Redis

const connectors: Readonly<Record<RedisPlace['kind'], Connector>> = {
  single: ({ nodes: [node] }, common) => new Redis({ ...node, ...common }),

  sentinel: ({ nodes, primary, sentinelPassword, tls }, common) =>
    keepReconnecting(
      new Redis({
        ...common,
        sentinels: nodes,
        name: primary,
        ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
        ...(tls ? { sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
        sentinelRetryStrategy: delayRetry,
        sentinelCommandTimeout: CONNECT_TIMEOUT_MS,
        // A hung primary keeps its connections. Only the Sentinels report that it was replaced.
        failoverDetector: true,
      }),
    ),

  cluster(place, { db: _, enableAutoPipelining, autoPipeliningIgnoredCommands, ...others }) {
    const { enableOfflineQueue, retryStrategy, ...common } = others
    const cluster = new Cluster(place.nodes, {
      enableAutoPipelining,
      autoPipeliningIgnoredCommands,
      enableOfflineQueue,
      clusterRetryStrategy: retryStrategy,
      slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
      // A redirection refreshes the slots; the interval also detects a replica that was promoted without one.
      slotsRefreshInterval: LONGEST_WAIT_MS,
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      redisOptions: common,
    })
    // It has every command of Redis; `isCluster` marks the few differences.
    return cluster as unknown as Redis
  },
}

/** ioredis stops reconnecting when a failover interrupts a connection attempt: reconnect until `disconnect` is called. */
function keepReconnecting(redis: Redis): Redis {
  const disconnect = redis.disconnect.bind(redis)
  let isClosed = false
  redis.disconnect = (reconnect = false) => {
    isClosed = !reconnect
    disconnect(reconnect)
  }
  redis.on('end', () => {
    if (isClosed) return
    const reconnect = () => isClosed || redis.connect().catch(() => {}) // the `error` event reports the failure
    setTimeout(reconnect, LONGEST_WAIT_MS).unref()
  })
  return redis
}

/** Opens another connection to the same Redis with different options. */
export function duplicateRedis(redis: Redis, changes: DuplicateOptions = {}): Redis {
  if (!redis.isCluster) return keepReconnecting(redis.duplicate(changes))
  const cluster = redis as unknown as Cluster // see above
  const { enableAutoPipelining = true, ...nodeOptions } = changes
  const redisOptions = { ...cluster.options.redisOptions, ...nodeOptions }
  return cluster.duplicate([], { enableAutoPipelining, redisOptions }) as unknown as Redis
}

/** Every failed attempt to reconnect emits an error: report the first of an outage only. */
function reportOutages(redis: Redis, onError?: (error: Error) => void): void {
  let isDown = false
  redis.on('ready', () => {
    isDown = false
  })
  redis.on('error', (error) => {
    if (!isDown) onError?.(error)
    isDown = true
  })
}

/** Resolves when commands can be sent. @throws FederationError `temporarily_unavailable` after `timeoutMs`. */
export async function waitForRedis(redis: Redis, timeoutMs: number): Promise<void> {
  if (redis.status === 'ready') return
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let reason = 'no answer'
  const recordReason = (error: Error) => {
    reason = describe(error)
  }
  const timer = setTimeout(() => {
    reject(new FederationError('temporarily_unavailable', `Redis cannot be reached: ${reason}.`))
  }, timeoutMs)
  redis.once('ready', resolve).on('error', recordReason)
  try {
    await promise
  } finally {
    clearTimeout(timer)
    redis.off('ready', resolve).off('error', recordReason)
  }
}

/**
 * Whether the Redis node of `key` answers within `timeoutMs`. A hung Redis keeps its connection, and the command
 * timeout of a writer is too long for a health check.
 */
export async function isReachable(
  redis: Redis,
  key: string,
  timeoutMs = COMMAND_TIMEOUT_MS,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(false), timeoutMs)
  redis.exists(key).then(
    () => resolve(true),
    () => resolve(false),
  )
  return promise.finally(() => clearTimeout(timer))
}

function describe(error: Error): string {
  return error.message || ('code' in error ? String(error.code) : error.name)
}
