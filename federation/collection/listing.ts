/** Lists the Immediate Subordinates of an entity: our own from Redis, others from their list endpoint (§8.2). */
import { getEndpointParameter } from '#core/endpoint.ts'
import { type EntityId, parseEndpoint, parseEntityId } from '#core/entity-id.ts'
import type { EntityStatement } from '#core/entity-statement/index.ts'
import { FederationError, quote } from '#core/errors.ts'
import { getMember } from '#core/json.ts'
import type { Fetcher } from '#fetcher/fetcher.ts'
import { selectCurrent } from '#store/paged-list.ts'
import type { Reader } from '#store/reader.ts'
import { fetchOrRefuse } from '../resolver/refusals.ts'
import type { HostGuard } from './silent-host.ts'

type ListingOptions = {
  entityId: EntityId
  allowHttp: boolean
  reader: Reader
  fetcher: Fetcher
  hosts: HostGuard
  now: () => number
  signal: AbortSignal
}

/** `refused` counts elements that are not Entity Identifiers. The others are used. */
export type Listing = { subordinates: EntityId[]; refused: number }

/** An entity without the endpoint has no subordinates. @throws FederationError when the list cannot be fetched */
export async function listSubordinates(
  { claims }: EntityStatement,
  options: ListingOptions,
): Promise<Listing> {
  const { entityId, reader, fetcher, hosts, now, signal, allowHttp } = options
  if (claims.sub === entityId) {
    const subordinates: EntityId[] = []
    for await (const part of selectCurrent(await reader.subordinates(), now())) {
      subordinates.push(...part.items().map(({ id }) => id))
    }
    return { subordinates, refused: 0 }
  }
  const name = getEndpointParameter('list')
  const url = getMember(getMember(claims.metadata, 'federation_entity'), name)
  if (url === undefined) return { subordinates: [], refused: 0 }
  const endpoint = parseEndpoint(url, ['metadata', 'federation_entity', name], { allowHttp })
  const list = await fetchOrRefuse(() =>
    hosts.fetch(endpoint, () => fetcher.json(endpoint, 'application/json', { signal })),
  )
  return parseListing(list, endpoint, allowHttp)
}

function parseListing(list: unknown, endpoint: string, allowHttp: boolean): Listing {
  if (!Array.isArray(list)) {
    const message = `${endpoint} returned ${quote(list)} instead of a list of subordinates.`
    throw new FederationError('invalid_request', message)
  }
  const subordinates = list.filter((element) => isEntityId(element, allowHttp))
  return { subordinates, refused: list.length - subordinates.length }
}

function isEntityId(value: unknown, allowHttp: boolean): value is EntityId {
  try {
    parseEntityId(value, { allowHttp })
    return true
  } catch {
    return false // `parseEntityId` throws no other error
  }
}
