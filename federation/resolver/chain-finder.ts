/** Finds the Trust Chain of an entity: from what is published here if that will do, else by asking others (§10). */
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { type ResolvedEntity, type ResolveOptions, resolveEntity } from '#core/trust-chain/index.ts'
import type { Fetcher } from '#fetcher/fetcher.ts'
import { createGate } from '#fetcher/gate.ts'
import { isStoreOutage } from '#store/outage.ts'
import type { Reader } from '#store/reader.ts'
import type { StatementCache } from '#store/statement-cache.ts'
import { createCachedRemote } from './cached-remote.ts'
import { createStatementSource, nobody, type Remote } from './statement-source.ts'
import type { TrustAnchor } from './trust-anchor.ts'

export type ChainFinder = {
  /** `signal` bounds the time for asking others. @throws FederationError when no chain holds */
  find(subject: EntityId, anchors: readonly TrustAnchor[], signal: AbortSignal): Promise<ResolvedEntity>
}

type FinderOptions = {
  entityId: EntityId
  allowHttp: boolean
  reader: Reader
  fetcher: Fetcher
  statements: StatementCache
  now: () => number
}

/** Statements fetched for one entity. */
const MAX_FETCHES = 50

/** Entities for which others are being asked at the same time; further ones wait (§18.1). */
const MAX_DISCOVERIES = 16

export function createChainFinder(options: FinderOptions): ChainFinder {
  const { entityId, allowHttp, reader, fetcher, statements } = options
  const gate = createGate(MAX_DISCOVERIES)

  function resolve(subject: EntityId, anchors: readonly TrustAnchor[], remote: Remote, signal?: AbortSignal) {
    const now = options.now()
    const settings: ResolveOptions = {
      trustAnchors: anchors.map(({ id }) => id),
      trustAnchorKeys: Object.fromEntries(anchors.map(({ id, keys }) => [id, keys])),
      source: createStatementSource({ entityId, reader, now }, remote),
      limits: { fetches: MAX_FETCHES },
      signal,
      allowHttp,
      now,
    }
    return resolveEntity(subject, settings)
  }

  /** With what is held of others; and once more without, when that may be why no chain was found. */
  async function discover(subject: EntityId, anchors: readonly TrustAnchor[], signal: AbortSignal) {
    const remote: Remote = {
      entityConfiguration: (id) => fetcher.entityConfiguration(id, { signal }),
      subordinateStatement: (request) => fetcher.subordinateStatement(request, { signal }),
    }
    const cached = createCachedRemote(remote, { cache: statements, now: options.now() })
    const found = await resolve(subject, anchors, cached, signal).catch((error: unknown) => {
      if (!cached.hasUsedHeld() || isStoreOutage(error)) throw error
      return resolve(subject, anchors, remote, signal)
    })
    await statements.write(cached.fetched(found.chain.statements), options.now()).catch(notKept)
    return found
  }

  return {
    async find(subject, anchors, signal) {
      const published = await resolve(subject, anchors, nobody).catch(refusal)
      if (published) return published
      return gate.run('discovery', signal, () => discover(subject, anchors, signal)).catch(busy(signal))
    },
  }
}

/** What fails without asking others may hold when they are asked; a store that is away fails either way. */
function refusal(error: unknown): undefined {
  if (error instanceof FederationError && error.code !== 'temporarily_unavailable') return undefined
  throw error
}

/** What a Redis that takes no writes did not keep is fetched again. */
function notKept(error: unknown): void {
  if (!isStoreOutage(error)) throw error
}

/** The time ran out before there was a place; core says so itself when it runs out while collecting. */
function busy(signal: AbortSignal) {
  return (error: unknown): never => {
    if (!signal.aborted || error !== signal.reason) throw error
    const message = 'The resolver is busy; try again in a few seconds.'
    throw new FederationError('temporarily_unavailable', message, { retryable: true }, { cause: error })
  }
}
