/** Walks a federation from its Trust Anchor down, and publishes what it found as the collection (§17.2.2). */
import type { Redis } from 'ioredis'
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import type { Fetcher } from '#fetcher/fetcher.ts'
import type { Reader } from '#store/reader.ts'
import { createStatementCache } from '#store/statement-cache.ts'
import { openAnchor } from './anchor.ts'
import { listSubordinates } from './listing.ts'
import { createHostGuard } from './silent-host.ts'
import { openStaging } from './staging.ts'
import { createTally, type WalkFailure, type WalkProgress } from './tally.ts'
import { traverse } from './traverse.ts'
import { createVisit, createWalkSource } from './visit.ts'

export type WalkOptions = {
  trustAnchor: EntityId
  /** Who we are: our own statements come from Redis, never over HTTP. */
  entityId: EntityId
  allowHttp: boolean
  redis: Redis
  prefix?: string
  reader: Reader
  fetcher: Fetcher
  /** Unix seconds. */
  now: () => number
  /** Ends the walk early, which then rejects. */
  signal?: AbortSignal
  /** Told after each entity. */
  onProgress?: (progress: WalkProgress) => void
}

export type WalkReport = {
  trustAnchor: EntityId
  /** How many the collection now holds. */
  entities: number
  /** How many were left out; `failures` holds the first of them. */
  failed: number
  failures: readonly WalkFailure[]
  milliseconds: number
}

/**
 * Replaces the collection by what it finds. Entities that fail are left out and reported.
 * @throws FederationError and leaves the collection as it is: when the anchor cannot be read or listed, when nothing
 * below it can be read, or when Redis fails; and the reason of the signal when it was interrupted
 */
export async function walkCollection({
  prefix = '',
  onProgress,
  ...options
}: WalkOptions): Promise<WalkReport> {
  const { trustAnchor, now, redis } = options
  const begun = performance.now()
  const end = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, end.signal]) : end.signal
  const statements = createStatementCache({ redis, prefix })
  const context = { ...options, signal, statements, hosts: createHostGuard() }
  const source = createWalkSource(context)
  const anchor = await openAnchor({ ...context, source })
  const { subordinates: start } = await listSubordinates(anchor, context)
  const tally = createTally(onProgress)
  const staging = await openStaging(redis, prefix)
  try {
    const visit = createVisit({ ...context, anchor, source, staging, tally })
    await traverse({ anchor: trustAnchor, start, visit, signal, fail: tally.fail, progress: tally.progress })
    if (start.length > 0 && tally.entities() === 0) throw nothingFound(trustAnchor, start.length)
    signal.throwIfAborted()
    await staging.publish({ trustAnchor, lastUpdated: now() })
  } finally {
    end.abort() // what is still under way after an error has no purpose left
    await staging.close()
  }
  return { trustAnchor, ...tally.report(), milliseconds: Math.round(performance.now() - begun) }
}

/** A network that is down makes every entity fail, and must not look like a federation without members. */
function nothingFound(anchor: EntityId, listed: number): FederationError {
  const message = `None of the ${listed} entities that ${anchor} lists could be read; the collection stays as it was.`
  return new FederationError('temporarily_unavailable', message, { retryable: true })
}
