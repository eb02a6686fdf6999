/** Selects an entity's valid Trust Marks: active, of recognized types, from trusted issuers (§8.3, §7.3). */
import type { EntityId } from '#core/entity-id.ts'
import type { EntityStatement, TrustMarkEntry } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import {
  isRecognizedTrustMark,
  parseTrustMark,
  type TrustMark,
  type VerifiedTrustMark,
  verifyTrustMark,
} from '#core/trust-mark/index.ts'
import { isStoreOutage } from '#store/outage.ts'
import type { IssuerLookup, TrustMarkIssuer } from './trust-mark-issuer.ts'

export type TrustMarkContext = {
  subject: EntityId
  /** The Entity Configuration of the Trust Anchor. Only its issuer and owner lists apply (§3.1.2). */
  anchor: EntityStatement
  allowHttp: boolean
  /** Unix seconds. */
  now: number
  findIssuer: IssuerLookup
  /** @throws FederationError for a mark that is not active */
  checkActivity(mark: TrustMark, issuer: TrustMarkIssuer): Promise<void>
}

/** Marks to verify per entity (§18.1). */
const MAX_MARKS = 20

/** Selects the first valid mark of each issuer and type. An invalid mark does not affect the others (§17.5). */
export async function selectTrustMarks(
  candidates: readonly string[],
  context: TrustMarkContext,
): Promise<{ entries: TrustMarkEntry[]; expires: number }> {
  const distinct = [...new Set(candidates)].slice(0, MAX_MARKS)
  const verified = await Promise.all(distinct.map((jwt) => verifyCandidate(jwt, context)))
  const chosen = new Map<string, VerifiedTrustMark>()
  for (const mark of verified) {
    if (!mark) continue
    const name = JSON.stringify([mark.claims.iss, mark.claims.trust_mark_type])
    if (!chosen.has(name)) chosen.set(name, mark)
  }
  const marks = [...chosen.values()]
  return {
    entries: marks.map(({ jwt, claims }) => ({ trust_mark_type: claims.trust_mark_type, trust_mark: jwt })),
    expires: Math.min(...marks.map(({ expires }) => expires)),
  }
}

async function verifyCandidate(
  jwt: string,
  context: TrustMarkContext,
): Promise<VerifiedTrustMark | undefined> {
  const { subject, anchor, allowHttp, now } = context
  try {
    const { claims } = parseTrustMark(jwt, { allowHttp })
    if (!isRecognizedTrustMark(claims, anchor.claims.trust_mark_issuers)) return undefined
    const issuer = await context.findIssuer(claims.iss)
    const owners = anchor.claims.trust_mark_owners
    const mark = await verifyTrustMark(jwt, { subject, issuerKeys: issuer.keys, owners, allowHttp, now })
    // The clock-skew allowance must not admit a mark that would make the response expired from the start.
    if (mark.expires <= now) return undefined
    await context.checkActivity(mark, issuer)
    return mark
  } catch (error) {
    // An unreachable issuer leaves the mark unverified, but an outage of Redis must fail the request.
    if (error instanceof FederationError && !isStoreOutage(error)) return undefined
    throw error
  }
}
