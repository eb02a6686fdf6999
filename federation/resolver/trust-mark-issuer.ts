/** Looks up Trust Mark issuers: their keys in a valid Trust Chain, and their status endpoint (§7.3). */
import { getEndpointParameter } from '#core/endpoint.ts'
import { type EntityId, parseEndpoint } from '#core/entity-id.ts'
import type { EntityStatement } from '#core/entity-statement/index.ts'
import { getMember } from '#core/json.ts'
import type { JwkSet } from '#core/keys.ts'
import type { ChainFinder } from './chain-finder.ts'
import { getSubjectKeys } from './subject-keys.ts'
import type { TrustAnchor } from './trust-anchor.ts'

export type TrustMarkIssuer = { id: EntityId; keys: JwkSet; statusEndpoint: string | undefined }

/**
 * Undefined: the limit of issuers is reached.
 * @throws FederationError when the issuer has no valid chain to the anchor
 */
export type IssuerLookup = (issuer: EntityId) => Promise<TrustMarkIssuer | undefined>

type LookupOptions = {
  /** The Entity Configuration of the Trust Anchor. */
  anchor: EntityStatement
  anchors: readonly TrustAnchor[]
  finder: Pick<ChainFinder, 'find'>
  signal: AbortSignal
  allowHttp: boolean
  /** Limit of issuers to look up (§18.1). */
  maxIssuers: number
}

/** Looks each issuer up once. The Trust Anchor needs no lookup, and does not count. */
export function createIssuerLookup(options: LookupOptions): IssuerLookup {
  const { anchor, anchors, finder, signal, maxIssuers } = options
  const known = new Map<EntityId, Promise<TrustMarkIssuer>>()

  async function lookUp(id: EntityId): Promise<TrustMarkIssuer> {
    const { chain } = await finder.find(id, anchors, signal)
    const [configuration] = chain.statements
    return describeIssuer(configuration ?? anchor, getSubjectKeys(chain), options)
  }

  return async (id) => {
    if (id === anchor.claims.sub) return describeIssuer(anchor, anchor.claims.jwks, options)
    const earlier = known.get(id)
    if (earlier) return earlier
    if (known.size >= maxIssuers) return undefined
    const issuer = lookUp(id)
    known.set(id, issuer)
    return issuer
  }
}

/** Only the issuer's own Entity Configuration may state the endpoint (§8.4). */
function describeIssuer(
  { claims }: EntityStatement,
  keys: JwkSet,
  { allowHttp }: { allowHttp: boolean },
): TrustMarkIssuer {
  const name = getEndpointParameter('trust_mark_status')
  const endpoint = getMember(getMember(claims.metadata, 'federation_entity'), name)
  const statusEndpoint =
    endpoint === undefined
      ? undefined
      : parseEndpoint(endpoint, ['metadata', 'federation_entity', name], { allowHttp })
  return { id: claims.sub, keys, statusEndpoint }
}
