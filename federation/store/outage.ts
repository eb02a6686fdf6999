/** Recognizes a Redis outage and turns it into a FederationError. */
import type { Redis } from 'ioredis'
import { FederationError } from '#core/errors.ts'
import { getMember } from '#core/json.ts'
import type { RedisKeys } from './keys.ts'

const MOVING = 'The Redis Cluster moves its data. Try again in a moment.'

/** What to do about the replies of a reachable Redis that cannot serve at the moment, by their first word. */
export const refusals: Readonly<Record<string, string>> = {
  OOM: 'Redis is out of memory and refuses writes. Raise its maxmemory.',
  MISCONF: 'Redis cannot save its data and refuses writes. Check its disk space and its log.',
  READONLY: 'Redis is a replica and refuses writes. Connect to its primary.',
  NOREPLICAS: 'Redis has too few replicas and refuses writes. Start them.',
  MASTERDOWN: 'Redis is a replica that has lost its primary. Try again once there is one.',
  CLUSTERDOWN: 'A part of the Redis Cluster is down. Start it.',
  LOADING: 'Redis loads its data. Try again in a moment.',
  BUSY: 'Redis executes a script. Try again in a moment.',
  TRYAGAIN: MOVING,
  MOVED: MOVING,
  ASK: MOVING,
}

/** Messages of ioredis when a command was not sent or not answered. */
const connectionFailure =
  /^(Command aborted|Connection is (closed|in closing state)|Command timed out|Stream isn't writeable|All sentinels are unreachable|Failed to refresh slots cache|Cluster (is|isn't)|None of startup nodes|Too many Cluster redirections|Node is disconnected)/

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
  const isKnown = error instanceof StoreOutage || isUnanswered(error) || refusalOf(error) !== undefined
  return isKnown || isStoreOutage(error.cause)
}

/** Whether Redis is there, and refuses a write only. */
export const isRefusedWrite = (error: unknown): boolean =>
  error instanceof Error && /^(OOM|MISCONF|READONLY|NOREPLICAS)\b/.test(refusalOf(error) ?? '')

/** What to do about a Redis that answers, but refuses writes; undefined for another error. */
export function explainRefusedWrite(error: unknown): string | undefined {
  return error instanceof Error ? refusalOf(error) : undefined
}

/** What to answer while Redis is unreachable or refuses writes; null for another error. */
export function explainStoreOutage(error: unknown): string | null {
  if (!isStoreOutage(error)) return null
  return explainRefusedWrite(error) ?? 'Redis is unreachable. Try again in a moment.'
}

/** What to do about the reply with which a reachable Redis refused a command, or the first one of a transaction. */
function refusalOf(error: Error): string | undefined {
  if (error.name !== 'ReplyError') return undefined
  const known = sentenceOf(error)
  if (known) return known
  const earlier = 'previousErrors' in error && Array.isArray(error.previousErrors) ? error.previousErrors : []
  return earlier.map((each) => (each instanceof Error ? refusalOf(each) : undefined)).find(Boolean)
}

function isConnectionFailure(error: Error): boolean {
  if (error.name === 'ReplyError') return sentenceOf(error) !== undefined
  return 'syscall' in error || error.name === 'AbortError' || isUnanswered(error)
}

const sentenceOf = ({ message }: Error) => getMember(refusals, message.split(' ', 1)[0] ?? '')

/** By the client of Redis alone: other parts have system errors and abort too. */
const isUnanswered = ({ name, message }: Error) =>
  name === 'MaxRetriesPerRequestError' || connectionFailure.test(message)

/**
 * A key, and one that never exists without it: both are written and removed in one transaction. Foreign writers, which
 * have no transactions, omit the information about subordinates, and never remove issued marks.
 */
const pairs = (keys: RedisKeys) =>
  [
    [keys.subordinates, keys.subordinateInfo],
    [keys.issuedTrustMarks, keys.trustMarkTypes],
  ] as const

export async function findLostKeys(redis: Redis, keys: RedisKeys): Promise<string[]> {
  const found = await Promise.all(
    pairs(keys).map(async ([key, witness]) => {
      const [hasKey, hasWitness] = await Promise.all([redis.exists(key), redis.exists(witness)])
      return hasWitness && !hasKey ? [key] : []
    }),
  )
  return found.flat()
}
