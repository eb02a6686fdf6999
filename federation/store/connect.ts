/** The connection to Redis: commands fail within about a second while it is away, and it is sought without end. */

import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { FederationError } from '#core/errors.ts'
import { parseRedisUrl, type RedisPlace } from './redis-url.ts'

const COMMAND_TIMEOUT_MS = 1_000
const CONNECT_TIMEOUT_MS = 2_000
const LONGEST_WAIT_MS = 1_000

type DuplicateOptions = Pick<RedisOptions, 'commandTimeout' | 'enableAutoPipelining' | 'autoResubscribe'>

export type ConnectOptions = {
  /** Milliseconds until a command counts as failed; a writer of long pipelines needs more than the default. */
  commandTimeout?: number
  /** Told once of each outage, for the log. */
  onError?: (error: Error) => void
}

/**
 * Begins to connect to where the URL says; `waitForRedis` tells when the connection stands.
 * @throws RedisUrlError
 */
export function connectRedis(url: string, options: ConnectOptions = {}): Redis {
  const place = parseRedisUrl(url)
  const redis = connectors[place.kind](place, commonOptions(place, options.commandTimeout))
  reportOutages(redis, options.onError)
  return redis
}

/** As `connectRedis`, through the Unix socket at a path. */
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
    disconnectTimeout: 200, // it holds the process after a disconnect while Redis is away
    enableAutoPipelining: true,
    // A request must not wait for a Redis that is away: neither in a queue nor for a repetition.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: wait,
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'), // a demoted primary, after a failover
  } satisfies RedisOptions
}

const wait = (attempt: number) => Math.min(attempt * 50, LONGEST_WAIT_MS)

type Connector = (place: RedisPlace, common: ReturnType<typeof commonOptions>) => Redis

const connectors: Readonly<Record<RedisPlace['kind'], Connector>> = {
  single: ({ nodes: [node] }, common) => new Redis({ ...node, ...common }),

  sentinel: ({ nodes, primary, sentinelPassword, tls }, common) =>
    keepSeeking(
      new Redis({
        ...common,
        sentinels: nodes,
        name: primary,
        ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
        ...(tls ? { sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
        sentinelRetryStrategy: wait,
        sentinelCommandTimeout: CONNECT_TIMEOUT_MS,
        // A primary that hangs keeps its connections: only the Sentinels know that another has taken its place.
        failoverDetector: true,
      }),
    ),

  cluster(place, { db: _, enableAutoPipelining, enableOfflineQueue, retryStrategy, ...common }) {
    const cluster = new Cluster(place.nodes, {
      enableAutoPipelining,
      enableOfflineQueue,
      clusterRetryStrategy: retryStrategy,
      slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
      // How the nodes share the keys is asked for at each redirection; this finds a replica that was promoted silently.
      slotsRefreshInterval: LONGEST_WAIT_MS,
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      redisOptions: common,
    })
    // It has every command that Redis has; where it is something else, `isCluster` tells.
    return cluster as unknown as Redis
  },
}

/** A connection that hears of a failover while it is being made gives up for good, which only we ourselves may. */
function keepSeeking(redis: Redis): Redis {
  const disconnect = redis.disconnect.bind(redis)
  let isOver = false
  redis.disconnect = (reconnect = false) => {
    isOver = !reconnect
    disconnect(reconnect)
  }
  redis.on('end', () => {
    if (isOver) return
    const again = () => isOver || redis.connect().catch(() => {}) // it reports by its events
    setTimeout(again, LONGEST_WAIT_MS).unref()
  })
  return redis
}

/** Another connection to the same place, with other manners. */
export function duplicateRedis(redis: Redis, changes: DuplicateOptions): Redis {
  if (!redis.isCluster) return keepSeeking(redis.duplicate(changes))
  const cluster = redis as unknown as Cluster // see above
  const { enableAutoPipelining = true, ...nodeOptions } = changes
  const redisOptions = { ...cluster.options.redisOptions, ...nodeOptions }
  return cluster.duplicate([], { enableAutoPipelining, redisOptions }) as unknown as Redis
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
 * Whether the Redis that holds `key` answers within `timeoutMs`. That the connection stands says little: a Redis that
 * hangs keeps it, and a writer's commands wait longer than anybody who asks after its health.
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
