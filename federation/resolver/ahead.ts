/** Signs resolve responses before anyone asks, from what is published here alone (§8.3). */
import { decodeJwt } from 'jose'
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { isJsonEqual } from '#core/json.ts'
import type { ResolveResponseClaims } from '#core/resolve-response.ts'
import { isStoreOutage } from '#store/outage.ts'
import { decodePart, isCurrent, payloadOf } from '#store/published-jwt.ts'
import { describeQuery } from './answer.ts'
import { createPublishedFinder } from './chain-finder.ts'
import type { ResolverOptions } from './options.ts'
import { createResponseSigner } from './producer.ts'
import { findTrustAnchors } from './trusted-keys.ts'

type Options = Omit<ResolverOptions, 'fetcher' | 'statements' | 'answers'>

/**
 * Returns the response about a subordinate under this Trust Anchor: the earlier one as long as it has what is published now; null:
 * there is none. Marks of an issuer that is not published here are left out. @throws FederationError `temporarily_unavailable`
 */
export type ResolveAhead = (subject: EntityId, earlier: string | null) => Promise<Ahead | null>

/** `exp` in unix seconds. */
type Ahead = { jwt: string; exp: number }

/** Nothing is fetched. */
const refuseFetch = ({ issuer }: { issuer: EntityId }) =>
  Promise.reject(new FederationError('not_found', `Nothing is fetched from ${issuer}.`))
const fetcher = { trustMarkStatus: refuseFetch, statusList: refuseFetch }
/** Without fetches, there is no time to limit. */
const { signal } = new AbortController()

export function createResolveAhead(given: Options): ResolveAhead {
  const { entityId, reader, now, signer } = given
  const finder = createPublishedFinder(given)
  const sign = createResponseSigner({ ...given, fetcher, finder })

  async function isStill(subject: EntityId, { exp, kid, claims }: Said): Promise<boolean> {
    const { trust_chain, trust_marks = [] } = claims
    if (exp <= now() || kid !== (await signer()).kid) return false
    const [configuration, statement, own, marks, unused] = await Promise.all([
      reader.subordinateConfiguration(subject),
      reader.subordinateStatement(subject),
      reader.entityConfiguration(),
      reader.trustMarksOf(subject),
      reader.unusedTrustMarkTypes(),
    ])
    const chain = [configuration, statement, own]
    if (!chain.every((part, at) => part && part.jwt === trust_chain?.[at])) return false
    const shown = trust_marks.map(({ trust_mark }) => trust_mark)
    const published = marks.map((mark) => mark.jwt)
    const isGone = (mark: string) => !published.includes(mark) && decodeJwt(mark).iss === entityId
    if (!published.every((mark) => shown.includes(mark)) || shown.some(isGone)) return false
    return !marks.some(({ type }) => unused.types.has(type))
  }

  /** Without these, no member has a response, and nothing is known about one. */
  async function requireOwn(): Promise<void> {
    await signer()
    const own = await reader.entityConfiguration()
    if (own && isCurrent(own, now())) return
    throw new FederationError('temporarily_unavailable', `${entityId} has no valid Entity Configuration.`)
  }

  return async (subject, text) => {
    const earlier = text === null ? null : read(text)
    if (earlier && (await isStill(subject, earlier).catch(() => false))) return earlier
    await requireOwn()
    const anchors = await findTrustAnchors([entityId], given)
    try {
      const query = describeQuery({ subject, anchors, entityTypes: [], audience: undefined })
      const later = await sign(query, await finder.find(subject, anchors, signal), signal)
      return earlier && saysTheSame(earlier, read(later.jwt)) ? earlier : later
    } catch (error) {
      if (error instanceof FederationError && !isStoreOutage(error)) return null
      throw error
    }
  }
}

/** With what it says, and its key. */
type Said = Ahead & { kid: unknown; claims: ResolveResponseClaims }

/** Null: it is no response of ours. */
function read(jwt: string): Said | null {
  const [header, claims] = [decodePart(jwt.slice(0, jwt.indexOf('.'))), decodePart(payloadOf(jwt))]
  if (!header || typeof claims?.exp !== 'number') return null
  return { jwt, exp: claims.exp, kid: header.kid, claims: claims as ResolveResponseClaims } // as it was signed here
}

/** Apart from the time of the signature. */
const saysTheSame = (some: Said, other: Said | null): boolean =>
  some.kid === other?.kid && isJsonEqual({ ...some.claims, iat: 0 }, { ...other?.claims, iat: 0 })
