/** Finds the Trust Chain of an entity: from published data if possible, otherwise by fetching (§10). */
import { decodeJwt } from 'jose'
import type { EntityId } from '#core/entity-id.ts'
import type { EntityStatement } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import { type ResolvedEntity, type ResolveOptions, resolveEntity } from '#core/trust-chain/index.ts'
import { createGate } from '#federation/gate.ts'
import { FetchError } from '#fetcher/fetch-error.ts'
import { isStoreOutage } from '#store/outage.ts'
import type { FetchedStatement, StatementCache } from '#store/statement-cache.ts'
import type { MemberChanges } from './member-changes.ts'
import type { Publishers } from './published-here.ts'
import { createStatementSource, noRemote, type Remote } from './statement-source.ts'
import type { TrustAnchor } from './trusted-keys.ts'

export type ChainFinder = {
  /** `signal` limits the time for fetches. @throws FederationError when there is no valid chain */
  find(subject: EntityId, anchors: readonly TrustAnchor[], signal: AbortSignal): Promise<ResolvedEntity>
  /**
   * As `find`, but with Entity Configurations of our subordinates that are as recent as those of other entities. For
   * work in the background.
   */
  findAgain(subject: EntityId, anchors: readonly TrustAnchor[], signal: AbortSignal): Promise<ResolvedEntity>
}

type FinderOptions = Publishers & {
  allowHttp: boolean
  fetcher: Remote
  statements: Pick<StatementCache, 'read' | 'write'>
  now: () => number
  onFetched?: MemberChanges
}

/** Fetches per entity. */
const MAX_FETCHES = 50

/** Concurrent discoveries. Further ones wait (§18.1). */
const MAX_DISCOVERIES = 16

type Place = Pick<FinderOptions, 'entityId' | 'allowHttp' | 'reader' | 'hosted' | 'now'> & {
  statements?: Pick<StatementCache, 'read'>
}

type How = { signal?: AbortSignal; isFresh?: boolean; onStored?: () => void }

function createResolution({ allowHttp, statements: cache, ...options }: Place) {
  return (
    subject: EntityId,
    anchors: readonly TrustAnchor[],
    remote: Remote,
    { signal, ...how }: How = {},
  ): Promise<ResolvedEntity> => {
    const now = options.now()
    const settings: ResolveOptions = {
      trustAnchors: anchors.map(({ id }) => id),
      trustAnchorKeys: Object.fromEntries(anchors.map(({ id, keys }) => [id, keys])),
      source: createStatementSource({ ...options, allowHttp, now, cache, ...how }, remote),
      limits: { fetches: MAX_FETCHES },
      signal,
      allowHttp,
      now,
    }
    return resolveEntity(subject, settings)
  }
}

/** Finds chains of what is published here alone. */
export function createPublishedFinder(options: Omit<Place, 'statements'>): Pick<ChainFinder, 'find'> {
  const resolve = createResolution(options)
  return { find: (subject, anchors) => resolve(subject, anchors, noRemote) }
}

export function createChainFinder(options: FinderOptions): ChainFinder {
  const { fetcher, statements, onFetched } = options
  const gate = createGate(MAX_DISCOVERIES)
  const resolve = createResolution(options)

  /**
   * Uses stored and cached statements first, and retries without them because they may be the cause of a failure: an
   * Intermediate may have moved its endpoints.
   */
  async function discover(
    subject: EntityId,
    anchors: readonly TrustAnchor[],
    signal: AbortSignal,
    isFresh = false,
  ) {
    const remote: Remote = {
      entityConfiguration: (id) => fetcher.entityConfiguration(id, { signal }),
      subordinateStatement: (request) => fetcher.subordinateStatement(request, { signal }),
    }
    const cached = createCachedRemote(remote, { cache: statements, now: options.now() })
    let hasUsedStored = false
    const onStored = () => {
      hasUsedStored = true
    }
    const how = { signal, isFresh, onStored }
    const found = await resolve(subject, anchors, cached, how).catch((error: unknown) => {
      if (!(hasUsedStored || cached.hasUsedCache()) || isStoreOutage(error)) throw error
      return resolve(subject, anchors, remote, { signal, isFresh: true })
    })
    const [configuration] = found.chain.statements
    await Promise.all([
      statements.write(cached.selectVerified(found.chain.statements), options.now()),
      configuration && onFetched?.(configuration),
    ]).catch(ignoreOutage)
    return found
  }

  return {
    find,

    async findAgain(subject, anchors, signal) {
      const recent = gate.run('discovery', signal, () => discover(subject, anchors, signal, true))
      // Such as unannounced keys of a member: what we published about it is still valid.
      return recent.catch(() => find(subject, anchors, signal))
    },
  }

  async function find(subject: EntityId, anchors: readonly TrustAnchor[], signal: AbortSignal) {
    const published = await resolve(subject, anchors, noRemote).catch(ignoreRefusal)
    if (published) return published
    const found = gate.run('discovery', signal, () => discover(subject, anchors, signal))
    return found.catch((error: unknown) => {
      throw error === signal.reason ? createBusyError(error) : error
    })
  }
}

/** A resolution that fails without fetches may succeed with them. An outage of the store fails both. */
function ignoreRefusal(error: unknown): undefined {
  if (error instanceof FederationError && error.code !== 'temporarily_unavailable') return undefined
  throw error
}

/** A statement that Redis did not store is fetched again, and a change is found again. */
function ignoreOutage(error: unknown): void {
  if (!isStoreOutage(error)) throw error
}

/** For a timeout in the queue. `core` reports a timeout of the resolution itself. */
function createBusyError(cause: unknown): FederationError {
  const message = 'The resolver is busy. Try again in a few seconds.'
  return new FederationError('temporarily_unavailable', message, { retryable: true }, { cause })
}

type CachedRemote = Remote & {
  hasUsedCache(): boolean
  /** Selects the fetched statements that a valid chain has verified. */
  selectVerified(chain: readonly EntityStatement[]): FetchedStatement[]
}

/** Seconds until a statement is fetched again before its expiry: its issuer may have withdrawn it. */
const REFRESH_AFTER = 240

/** The part of that time by which a fetch may be early, to spread the fetches. */
const JITTER = 0.25

type Fetched = Omit<FetchedStatement, 'exp'>

type Options = { cache: StatementCache; now: number }

/** For one resolution. `remote` fetches the statements. */
function createCachedRemote(remote: Remote, { cache, now }: Options): CachedRemote {
  const fresh: Fetched[] = []
  let hasUsedCache = false

  async function read(issuer: EntityId, subject: EntityId, fetch: () => Promise<string>): Promise<string> {
    const held = await cache.read(issuer, subject)
    const age = held ? now - held.fetched : Infinity
    if (held && age < REFRESH_AFTER * (1 - JITTER * Math.random())) {
      hasUsedCache = true
      return held.jwt
    }
    try {
      const jwt = await fetch()
      fresh.push({ issuer, subject, jwt })
      return jwt
    } catch (error) {
      // A cached statement stays valid while its issuer is unreachable. Other errors invalidate it.
      if (!held || !(error instanceof FetchError) || !error.retryable) throw error
      hasUsedCache = true
      return held.jwt
    }
  }

  return {
    entityConfiguration: (id) => read(id, id, () => remote.entityConfiguration(id)),
    subordinateStatement: (request) =>
      read(request.issuer, request.subject, () => remote.subordinateStatement(request)),
    hasUsedCache: () => hasUsedCache,
    selectVerified: (chain) =>
      filterVerified(fresh, chain).map((each) => ({ ...each, exp: decodeJwt(each.jwt).exp ?? 0 })),
  }
}

/** Keeps the statements of the chain, and the Entity Configurations of its issuers, which were needed to find it. */
function filterVerified(fresh: readonly Fetched[], chain: readonly EntityStatement[]): Fetched[] {
  const entities = new Set(chain.map(({ claims }) => claims.iss))
  const statements = new Set(chain.map(({ jwt }) => jwt))
  return fresh.filter(
    ({ issuer, subject, jwt }) => statements.has(jwt) || (issuer === subject && entities.has(subject)),
  )
}
