/** Fetches statements of other entities only when the cached ones are absent or old (§10.2, §18.1). */
import { decodeJwt } from 'jose'
import type { EntityId } from '#core/entity-id.ts'
import type { EntityStatement } from '#core/entity-statement/index.ts'
import { FetchError } from '#fetcher/fetch-error.ts'
import type { FetchedStatement, StatementCache } from '#store/statement-cache.ts'
import type { Remote } from './statement-source.ts'

export type CachedRemote = Remote & {
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
export function createCachedRemote(remote: Remote, { cache, now }: Options): CachedRemote {
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
