/** Reads and verifies the statements of a chain, within limits (§10.1, §18.1). */
import { getEndpointParameter } from '../endpoint.ts'
import { type EntityId, parseEndpoint } from '../entity-id.ts'
import {
  type EntityStatement,
  type ParseOptions,
  verifyEntityConfiguration,
  verifySubordinateStatement,
} from '../entity-statement/index.ts'
import { FederationError } from '../errors.ts'
import { getMember } from '../json.ts'
import type { Clock } from '../validity.ts'

/** Provides unverified statements, which may be parsed already. It may throw any error. */
export type StatementSource = {
  entityConfiguration(id: EntityId): Promise<string | EntityStatement>
  subordinateStatement(request: {
    issuer: EntityId
    subject: EntityId
    fetchEndpoint: string
  }): Promise<string>
}

export type SourceOptions = Clock &
  ParseOptions & { source: StatementSource; signal?: AbortSignal | undefined }

export type StatementReader = {
  entityConfiguration(id: EntityId): Promise<EntityStatement>
  /** Reads the statement of `superior`, an Entity Configuration, about `subject`. */
  subordinateStatement(superior: EntityStatement, subject: EntityId): Promise<EntityStatement>
}

/** Reads and verifies each statement once per run, and at most `fetches` statements. */
export function createStatementReader(options: SourceOptions & { fetches: number }): StatementReader {
  const { source, signal, fetches, now, skew, allowHttp, understoodClaims } = options
  const rules = { now, skew, allowHttp, understoodClaims }
  const read = new Map<string, Promise<EntityStatement>>()

  function readOnce<Fetched>(
    key: string,
    fetch: () => Promise<Fetched>,
    verify: (fetched: Fetched) => Promise<EntityStatement>,
  ) {
    const earlier = read.get(key)
    if (earlier) return earlier
    if (read.size >= fetches) return Promise.reject(createBudgetError(fetches))
    const statement = fetchWithin(signal, fetch).then(verify)
    read.set(key, statement)
    return statement
  }

  return {
    entityConfiguration: (id) =>
      readOnce(
        id,
        () => source.entityConfiguration(id),
        (statement) => verifyEntityConfiguration(statement, { ...rules, entityId: id }),
      ),

    subordinateStatement: async (superior, subject) => {
      const { sub: issuer, jwks: keys, metadata } = superior.claims
      // Only the Superior itself may state the endpoint (§8.1).
      const path = ['metadata', 'federation_entity', getEndpointParameter('fetch')]
      const endpoint = getMember(getMember(metadata, 'federation_entity'), getEndpointParameter('fetch'))
      const fetchEndpoint = parseEndpoint(endpoint, path, rules)
      return readOnce(
        `${issuer} ${subject}`,
        () => source.subordinateStatement({ issuer, subject, fetchEndpoint }),
        (jwt) => verifySubordinateStatement(jwt, { ...rules, issuer, subject, keys }),
      )
    },
  }
}

/** A source that does not respond must not delay a run after its time limit. */
async function fetchWithin<Fetched>(
  signal: AbortSignal | undefined,
  fetch: () => Promise<Fetched>,
): Promise<Fetched> {
  if (!signal) return await fetchStatement(fetch)
  if (signal.aborted) throw createTimeoutError(signal.reason)
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(createTimeoutError(signal.reason))
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([fetchStatement(fetch), promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** Converts errors of the source to FederationError, and keeps their `retryable`. */
async function fetchStatement<Fetched>(fetch: () => Promise<Fetched>): Promise<Fetched> {
  try {
    return await fetch()
  } catch (cause) {
    if (cause instanceof FederationError) throw cause
    const retryable =
      typeof cause === 'object' && cause !== null && 'retryable' in cause && cause.retryable === true
    const message = cause instanceof Error ? cause.message : String(cause)
    const code = retryable ? 'temporarily_unavailable' : 'not_found'
    throw new FederationError(code, message, { check: 'fetch', retryable }, { cause })
  }
}

function createTimeoutError(cause: unknown): FederationError {
  const message = 'The time limit for fetching statements was reached. Try again later.'
  return new FederationError(
    'temporarily_unavailable',
    message,
    { check: 'limits', retryable: true },
    { cause },
  )
}

function createBudgetError(fetches: number): FederationError {
  const message = `The limit of ${fetches} fetched statements was reached.`
  return new FederationError('invalid_trust_chain', message, { check: 'limits' })
}
