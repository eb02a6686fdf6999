/** Asks others for their statements only when those held are missing or have grown old (§10.2, §18.1). */
import { decodeJwt } from 'jose'
import type { EntityId } from '#core/entity-id.ts'
import type { EntityStatement } from '#core/entity-statement/index.ts'
import { FetchError } from '#fetcher/fetch-error.ts'
import type { FetchedStatement, StatementCache } from '#store/statement-cache.ts'
import type { Remote } from './statement-source.ts'

export type CachedRemote = Remote & {
  /** Whether anything that was held was used. */
  hasUsedHeld(): boolean
  /** What was fetched and has been verified, once a chain of these statements holds. */
  fetched(statements: readonly EntityStatement[]): FetchedStatement[]
}

/** Seconds after which a statement is asked for again, though it holds for longer: its issuer may have withdrawn it. */
const REFRESH_AFTER = 300

/** Part of that time by which some ask earlier, so that not everything is asked for at once. */
const JITTER = 0.25

type Fetched = Omit<FetchedStatement, 'exp'>

type Options = { cache: StatementCache; now: number }

/** For one resolution; `remote` is how statements are fetched. */
export function createCachedRemote(remote: Remote, { cache, now }: Options): CachedRemote {
  const fresh: Fetched[] = []
  let usedHeld = false

  async function read(issuer: EntityId, subject: EntityId, fetch: () => Promise<string>): Promise<string> {
    const held = await cache.read(issuer, subject)
    const age = held ? now - held.fetched : Infinity
    if (held && age < REFRESH_AFTER * (1 - JITTER * Math.random())) {
      usedHeld = true
      return held.jwt
    }
    try {
      const jwt = await fetch()
      fresh.push({ issuer, subject, jwt })
      return jwt
    } catch (error) {
      // What holds still holds while its issuer is away; only an answer that it is gone makes it go.
      if (!held || !(error instanceof FetchError) || !error.retryable) throw error
      usedHeld = true
      return held.jwt
    }
  }

  return {
    entityConfiguration: (id) => read(id, id, () => remote.entityConfiguration(id)),
    subordinateStatement: (request) =>
      read(request.issuer, request.subject, () => remote.subordinateStatement(request)),
    hasUsedHeld: () => usedHeld,
    fetched: (statements) =>
      verified(fresh, statements).map((each) => ({ ...each, exp: decodeJwt(each.jwt).exp ?? 0 })),
  }
}

/** The statements of the chain, and the Entity Configurations of those in it, without which it was not found. */
function verified(fresh: readonly Fetched[], chain: readonly EntityStatement[]): Fetched[] {
  const entities = new Set(chain.map(({ claims }) => claims.iss))
  const statements = new Set(chain.map(({ jwt }) => jwt))
  return fresh.filter(
    ({ issuer, subject, jwt }) => statements.has(jwt) || (issuer === subject && entities.has(subject)),
  )
}
