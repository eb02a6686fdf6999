/** Where the statements of a chain come from, and the bounds of asking for them (§10.1, §18.1). */
import { endpointParameter } from '../endpoint.ts'
import { type EntityId, parseEndpoint } from '../entity-id.ts'
import {
  type EntityStatement,
  type ParseOptions,
  verifyEntityConfiguration,
  verifySubordinateStatement,
} from '../entity-statement/index.ts'
import { FederationError } from '../errors.ts'
import { member } from '../json.ts'
import type { Clock } from '../validity.ts'

/** Hands over statements as they were published; it may throw whatever it likes. */
export type StatementSource = {
  entityConfiguration(id: EntityId): Promise<string>
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
  /** The statement about `subject` by the Entity whose Entity Configuration is given. */
  subordinateStatement(superior: EntityStatement, subject: EntityId): Promise<EntityStatement>
}

/** Reads and verifies each statement once in a run, however many paths need it, and at most `fetches` of them. */
export function createStatementReader(options: SourceOptions & { fetches: number }): StatementReader {
  const { source, signal, fetches, now, skew, allowHttp, understoodClaims } = options
  const rules = { now, skew, allowHttp, understoodClaims }
  const read = new Map<string, Promise<EntityStatement>>()

  function once(
    key: string,
    fetch: () => Promise<string>,
    verify: (jwt: string) => Promise<EntityStatement>,
  ) {
    const earlier = read.get(key)
    if (earlier) return earlier
    if (read.size >= fetches) return Promise.reject(overBudget(fetches))
    const statement = fetchWithin(signal, fetch).then(verify)
    read.set(key, statement)
    return statement
  }

  return {
    entityConfiguration: (id) =>
      once(
        id,
        () => source.entityConfiguration(id),
        (jwt) => verifyEntityConfiguration(jwt, { ...rules, entityId: id }),
      ),

    subordinateStatement: async (superior, subject) => {
      const { sub: issuer, jwks: keys, metadata } = superior.claims
      // §8.1: the location counts only where the Superior itself states it.
      const path = ['metadata', 'federation_entity', endpointParameter('fetch')]
      const endpoint = member(member(metadata, 'federation_entity'), endpointParameter('fetch'))
      const fetchEndpoint = parseEndpoint(endpoint, path, rules)
      return once(
        `${issuer} ${subject}`,
        () => source.subordinateStatement({ issuer, subject, fetchEndpoint }),
        (jwt) => verifySubordinateStatement(jwt, { ...rules, issuer, subject, keys }),
      )
    },
  }
}

/** A source that hangs must not hold up a run whose time is over. */
async function fetchWithin(signal: AbortSignal | undefined, fetch: () => Promise<string>): Promise<string> {
  if (!signal) return await guarded(fetch)
  if (signal.aborted) throw outOfTime(signal.reason)
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(outOfTime(signal.reason))
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([guarded(fetch), promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** Turns any failure of the source into one of ours; `retryable` is taken over where the failure has it. */
async function guarded(fetch: () => Promise<string>): Promise<string> {
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

function outOfTime(cause: unknown): FederationError {
  const message = 'the time for collecting statements is used up'
  return new FederationError(
    'temporarily_unavailable',
    message,
    { check: 'limits', retryable: true },
    { cause },
  )
}

function overBudget(fetches: number): FederationError {
  const message = `more than ${fetches} statements would have to be fetched`
  return new FederationError('invalid_trust_chain', message, { check: 'limits' })
}
