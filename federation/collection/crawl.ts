/** Crawls a federation from its Trust Anchor down and publishes the entities as the collection (§17.2.2). */
import type { Redis } from 'ioredis'
import type { EntityId } from '#core/entity-id.ts'
import { type EntityStatement, verifyEntityConfiguration } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import type { StatementSource } from '#core/trust-chain/index.ts'
import type { Fetcher } from '#fetcher/fetcher.ts'
import type { Reader } from '#store/reader.ts'
import { createStatementCache } from '#store/statement-cache.ts'
import type { Hosted } from '../resolver/published-here.ts'
import { type ChainRecorder, createChainRecording } from './chain-recording.ts'
import { listSubordinates } from './listing.ts'
import { createHostGuard } from './silent-host.ts'
import { openStaging } from './staging.ts'
import { type CrawlFailure, type CrawlProgress, createTally } from './tally.ts'
import { traverse } from './traverse.ts'
import { createCrawlSource, createVisit } from './visit.ts'

export type CrawlOptions = {
  trustAnchor: EntityId
  /** Our own identifier: our own statements come from Redis, never over HTTP. */
  entityId: EntityId
  allowHttp: boolean
  redis: Redis
  prefix?: string
  reader: Reader
  hosted?: Hosted
  fetcher: Fetcher
  /** Unix seconds. */
  now: () => number
  /** Aborts the crawl, which then rejects. */
  signal?: AbortSignal
  /** Called after each entity. */
  onProgress?: (progress: CrawlProgress) => void
  /** Receives what judges Trust Chains below Intermediates. Costs a request for each entity below one. */
  recorder?: ChainRecorder
}

export type CrawlReport = {
  trustAnchor: EntityId
  /** Entities in the new collection. */
  entities: number
  /** Omitted entities. `failures` has the first of them. */
  failed: number
  failures: readonly CrawlFailure[]
  milliseconds: number
}

/**
 * Replaces the collection. Entities that fail are omitted and reported. An error leaves the collection unchanged.
 * @throws FederationError when the anchor cannot be read or listed, when no entity below it can be read, or when Redis
 * fails; the reason of the signal when it is aborted
 */
export async function crawlFederation({
  prefix = '',
  onProgress,
  ...options
}: CrawlOptions): Promise<CrawlReport> {
  const { trustAnchor, now, redis } = options
  const start = performance.now()
  const end = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, end.signal]) : end.signal
  const statements = createStatementCache({ redis, prefix })
  const context = { ...options, signal, statements, hosts: createHostGuard() }
  const source = createCrawlSource(context)
  const anchor = await verifyAnchor({ ...context, source })
  const { subordinates } = await listSubordinates(anchor, context)
  const tally = createTally(onProgress)
  const staging = await openStaging(redis, prefix)
  try {
    const chains = createChainRecording(context)
    const visit = createVisit({ ...context, anchor, source, staging, tally, chains })
    const { fail, progress } = tally
    const alsoListed = chains.statement
    await traverse({ anchor: trustAnchor, start: subordinates, visit, alsoListed, signal, fail, progress })
    if (subordinates.length > 0 && tally.entities() === 0) {
      throw createEmptyError(trustAnchor, subordinates.length)
    }
    signal.throwIfAborted()
    await staging.publish({ trustAnchor, lastUpdated: now() })
  } finally {
    end.abort() // after an error, cancel pending fetches
    await staging.close()
  }
  return { trustAnchor, ...tally.report(), milliseconds: Math.round(performance.now() - start) }
}

/** If the network is down, every entity fails, and the result must not look like an empty federation. */
function createEmptyError(anchor: EntityId, listed: number): FederationError {
  const message = `None of the ${listed} entities that ${anchor} lists could be read, and the collection is unchanged. Check the network and crawl again.`
  return new FederationError('temporarily_unavailable', message, { retryable: true })
}

type AnchorOptions = {
  trustAnchor: EntityId
  entityId: EntityId
  allowHttp: boolean
  reader: Reader
  source: StatementSource
  now: () => number
}

/** @throws FederationError, `invalid_trust_anchor` when its keys are not pinned here */
async function verifyAnchor(options: AnchorOptions): Promise<EntityStatement> {
  const { trustAnchor, entityId, reader, source } = options
  const rules = { entityId: trustAnchor, allowHttp: options.allowHttp, now: options.now() }
  // Our own Redis is trusted: write access to it is permission to publish.
  if (trustAnchor === entityId) {
    return verifyEntityConfiguration(await source.entityConfiguration(trustAnchor), rules)
  }
  const keys = (await reader.trustAnchors()).get(trustAnchor)
  if (!keys) {
    const message = `The keys of ${trustAnchor} are not pinned here. Pin the keys of this Trust Anchor before you crawl its federation.`
    throw new FederationError('invalid_trust_anchor', message)
  }
  return verifyEntityConfiguration(await source.entityConfiguration(trustAnchor), {
    ...rules,
    keys,
  })
}
