/** Checks that a Trust Mark is active, in our own records or at its issuer (§8.3, §8.4). */
import { promisify } from 'node:util'
import { inflate, type ZlibOptions } from 'node:zlib'
import { getEndpointParameter } from '#core/endpoint.ts'
import { type EntityId, parseEndpoint } from '#core/entity-id.ts'
import type { EntityStatement } from '#core/entity-statement/index.ts'
import { FederationError, quote } from '#core/errors.ts'
import { getMember } from '#core/json.ts'
import { verifyJwt } from '#core/jws.ts'
import type { JwkSet } from '#core/keys.ts'
import { findStatusEntry, parseStatusList, requireValidStatus, STATUS_LIST_TYP } from '#core/status-list.ts'
import { TRUST_MARK_STATUS_TYP, type TrustMark } from '#core/trust-mark/index.ts'
import { checkValidity } from '#core/validity.ts'
import type { Fetcher } from '#fetcher/fetcher.ts'
import type { Reader } from '#store/reader.ts'
import type { ChainFinder } from './chain-finder.ts'
import { fetchOrRefuse } from './refusals.ts'
import { getSubjectKeys, type TrustAnchor } from './trusted-keys.ts'

const unpack: (packed: Buffer, options: ZlibOptions) => Promise<Buffer> = promisify(inflate)

/** Bytes of an unpacked list: 2^24 entries of one bit, and no bomb. */
const MAX_LIST_BYTES = 2 ** 21

type ActivityOptions = {
  entityId: EntityId
  reader: Reader
  fetcher: Pick<Fetcher, 'trustMarkStatus' | 'statusList'>
  /** Unix seconds. */
  now: () => number
}

/**
 * Refuses a mark that its issuer does not report as active: at its status endpoint, or in the status list that the mark
 * names. Accepts the mark if there is neither.
 * @throws FederationError
 */
export async function checkActivity(
  mark: TrustMark,
  issuer: TrustMarkIssuer,
  signal: AbortSignal,
  { entityId, reader, fetcher, now }: ActivityOptions,
): Promise<void> {
  if (issuer.id === entityId) {
    if ((await reader.trustMarkStatus(mark.jwt)) !== 'issued') throw refuse('was revoked')
    const { types } = await reader.unusedTrustMarkTypes()
    if (types.has(mark.claims.trust_mark_type)) throw refuse('is of a type that is not in use')
    return
  }
  const { statusEndpoint, keys } = issuer
  if (statusEndpoint === undefined) return checkListed(mark, issuer, signal, { fetcher, now })
  const request = { issuer: issuer.id, endpoint: statusEndpoint, trustMark: mark.jwt }
  const jwt = await fetchOrRefuse(() => fetcher.trustMarkStatus(request, { signal }))
  const { claims } = await verifyJwt(jwt, { typ: TRUST_MARK_STATUS_TYP, keys, at: { now: now() } })
  if (claims.iss !== issuer.id) throw refuse(`has a status from ${quote(claims.iss)} instead of its issuer`)
  if (claims.trust_mark !== mark.jwt) throw refuse('has a status response about another mark')
  if (typeof claims.iat !== 'number') throw refuse('has a status response without iat')
  const exp = typeof claims.exp === 'number' ? claims.exp : undefined
  checkValidity({ iat: claims.iat, exp, nbf: claims.nbf }, { now: now() }, 'The status of the Trust Mark')
  if (claims.status !== 'active') throw refuse(`has the status ${quote(claims.status)}`)
}

async function checkListed(
  { claims }: TrustMark,
  { id: issuer, keys }: TrustMarkIssuer,
  signal: AbortSignal,
  { fetcher, now }: Pick<ActivityOptions, 'fetcher' | 'now'>,
): Promise<void> {
  const entry = findStatusEntry(claims)
  if (!entry) return
  const jwt = await fetchOrRefuse(() => fetcher.statusList({ issuer, uri: entry.uri }, { signal }))
  const list = await verifyJwt(jwt, { typ: STATUS_LIST_TYP, keys, at: { now: now() } })
  const { iat, exp, nbf } = list.claims
  if (typeof iat !== 'number') throw refuse('has a status list without iat')
  const times = { iat, exp: typeof exp === 'number' ? exp : undefined, nbf }
  checkValidity(times, { now: now() }, 'The status list of the Trust Mark')
  const { bits, packed } = parseStatusList(list.claims, entry)
  const bytes = await unpack(packed, { maxOutputLength: MAX_LIST_BYTES }).catch(() => {
    throw refuse('has a malformed status list')
  })
  requireValidStatus(bytes, bits, entry)
}

function refuse(finding: string): FederationError {
  return new FederationError('invalid_request', `The Trust Mark ${finding}.`, { check: 'status' })
}

/** Looks up Trust Mark issuers: their keys in a valid Trust Chain, and their status endpoint (§7.3). */
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
