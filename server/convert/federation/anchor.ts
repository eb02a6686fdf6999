/** What every part of reading a federation needs. */
import { type EndpointName, getAuthMethodsParameter, getEndpointParameter } from '#core/endpoint.ts'
import { addParameters, parseEndpoint, parseEntityId } from '#core/entity-id.ts'
import { type EntityStatementClaims, verifyEntityConfiguration } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import type { JwkSet } from '#core/keys.ts'
import type { Clock } from '#core/validity.ts'
import type { Fetcher } from '#fetcher/fetcher.ts'
import { BadSourceError, type Failures } from '#server/convert/failures.ts'
import { retry } from '#server/convert/fetching.ts'

export type Reading = Clock & {
  fetcher: Fetcher
  /** For lists, which are longer than statements. */
  lists: Pick<Fetcher, 'json'>
  failures: Failures
  signal: AbortSignal
}

/** Requests at a time. */
export const CONCURRENCY = 8

/** The fetcher refuses http unless it is allowed. */
export const anyScheme = { allowHttp: true }

/** Entities in a list. */
export const MOST = 200_000

/** `pinned`: keys that the operator trusts; null: those of the configuration. @throws BadSourceError, FetchError */
export async function readConfiguration(
  { fetcher, now, signal }: Pick<Reading, 'fetcher' | 'now' | 'signal'>,
  entityId: string,
  pinned: JwkSet | null,
): Promise<EntityStatementClaims> {
  const jwt = await retry(() => fetcher.entityConfiguration(entityId, { signal }))
  const keys = pinned ? { keys: pinned } : {}
  try {
    return (await verifyEntityConfiguration(jwt, { entityId, ...keys, now, ...anyScheme })).claims
  } catch (error) {
    if (!(error instanceof FederationError)) throw error
    const trusted = pinned ? ' It must be signed with a key of --keys.' : ''
    throw new BadSourceError(`The Entity Configuration of ${entityId} is refused: ${error.message}${trusted}`)
  }
}

/** The URL of an endpoint that answers anyone; null: there is none. @throws FederationError for another value than a URL */
export function endpointOf(claims: EntityStatementClaims, name: EndpointName): string | null {
  const { federation_entity: entity = {} } = claims.metadata ?? {}
  const url = entity[getEndpointParameter(name)]
  const methods = entity[getAuthMethodsParameter(name)]
  const isClosed = Array.isArray(methods) && !methods.includes('none')
  if (url === undefined || isClosed) return null
  return parseEndpoint(url, ['metadata', 'federation_entity', getEndpointParameter(name)], anyScheme)
}

/** @throws BadSourceError if the anchor names no such endpoint */
export function requiredEndpointOf(claims: EntityStatementClaims, name: EndpointName): string {
  const url = endpointOf(claims, name)
  if (url !== null) return url
  throw new BadSourceError(
    `The Entity Configuration of ${claims.sub} names no ${getEndpointParameter(name)} that answers anyone, so its members cannot be read.`,
  )
}

/** The Entity Identifiers of a list, each once, in their order. Others are failures. @throws BadSourceError, FetchError */
export async function readList(
  { lists, failures, signal }: Pick<Reading, 'lists' | 'failures' | 'signal'>,
  { url, parameters = {} }: { url: string; parameters?: Record<string, string> },
): Promise<string[]> {
  const address = addParameters(url, parameters)
  const listed = await retry(() => lists.json(address, 'application/json', { signal }))
  if (!Array.isArray(listed)) throw new BadSourceError(`${address} returned something else than a list.`)
  if (listed.length > MOST) {
    throw new BadSourceError(
      `${address} lists ${listed.length} entities. A conversion takes at most ${MOST}.`,
    )
  }
  const ids = new Set<string>()
  for (const entry of listed) {
    const id = await failures.attempt(address, () => parseEntityId(entry, anyScheme))
    if (id !== undefined) ids.add(id)
  }
  return [...ids].sort()
}
