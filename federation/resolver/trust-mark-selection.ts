/**
 * Selects the valid Trust Marks of an entity: active, of recognized types, from trusted issuers (§8.3, §7.3). For a resolve
 * response they are those in its configuration and those issued here.
 */
import type { EntityId } from '#core/entity-id.ts'
import type { EntityStatement, TrustMarkEntry } from '#core/entity-statement/index.ts'
import { FederationError, quote } from '#core/errors.ts'
import type { TrustChain } from '#core/trust-chain/index.ts'
import {
  isRecognizedTrustMark,
  parseTrustMark,
  type TrustMark,
  type VerifiedTrustMark,
  verifyParsedTrustMark,
} from '#core/trust-mark/index.ts'
import type { Fetcher } from '#fetcher/fetcher.ts'
import { isStoreOutage } from '#store/outage.ts'
import type { Reader } from '#store/reader.ts'
import type { ChainFinder } from './chain-finder.ts'
import {
  checkActivity,
  createIssuerLookup,
  type IssuerLookup,
  type TrustMarkIssuer,
} from './trust-mark-issuer.ts'
import type { TrustAnchor } from './trusted-keys.ts'

type VerifierOptions = {
  entityId: EntityId
  allowHttp: boolean
  reader: Reader
  fetcher: Pick<Fetcher, 'trustMarkStatus' | 'statusList'>
  finder: Pick<ChainFinder, 'find'>
  now: () => number
}

/** Issuers to resolve per response (§18.1). */
const MAX_ISSUERS = 5

type TrustMarkVerifier = (
  chain: TrustChain,
  anchors: readonly TrustAnchor[],
  signal: AbortSignal,
) => Promise<SelectedMarks>

export function createTrustMarkVerifier(options: VerifierOptions): TrustMarkVerifier {
  const { entityId, allowHttp, reader, finder, now } = options
  return async (chain, anchors, signal) => {
    const [configuration] = chain.statements
    const anchor = chain.statements.at(-1)
    const configured = configuration?.claims.trust_marks ?? []
    const issued = await reader.trustMarksOf(chain.subject)
    if (!anchor || configured.length + issued.length === 0) {
      return { entries: [], expires: Infinity, leftOut: null }
    }
    const candidates = [...configured.map((entry) => entry.trust_mark), ...issued.map(({ jwt }) => jwt)]
    return selectTrustMarks(candidates, {
      entityId,
      subject: chain.subject,
      anchor,
      allowHttp,
      now: now(),
      findIssuer: createIssuerLookup({ anchor, anchors, finder, signal, allowHttp, maxIssuers: MAX_ISSUERS }),
      checkActivity: (mark, issuer) => checkActivity(mark, issuer, signal, options),
    })
  }
}

type TrustMarkContext = {
  /** The resolver's own. Its marks are checked in our records, so their number is not limited. */
  entityId: EntityId
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

type SelectedMarks = {
  entries: TrustMarkEntry[]
  /** The earliest `exp` in unix seconds; Infinity without one. */
  expires: number
  /** Which marks a limit left out, for the operator; null if none. */
  leftOut: string | null
}

/** Marks of other issuers to verify per entity (§18.1). */
const MAX_OTHER_MARKS = 20

/** Types in a sentence. */
const MAX_LISTED = 5

/** Selects the first valid mark of each issuer and type. An invalid mark does not affect the others (§17.5). */
export async function selectTrustMarks(
  candidates: readonly string[],
  context: TrustMarkContext,
): Promise<SelectedMarks> {
  const recognized = [...new Set(candidates)].flatMap((jwt) => recognize(jwt, context))
  const [own, others] = separateOwn(recognized, context)
  // Our own marks take the first place among the issuers to look up.
  const verified = await Promise.all(
    [...own, ...others.slice(0, MAX_OTHER_MARKS)].map((mark) => verifyCandidate(mark, context)),
  )
  const leftOut = others.slice(MAX_OTHER_MARKS)
  const chosen = new Map<string, VerifiedTrustMark>()
  for (const result of verified) {
    if (!result) continue
    if (!('expires' in result)) leftOut.push(result)
    else {
      const name = JSON.stringify([result.claims.iss, result.claims.trust_mark_type])
      if (!chosen.has(name)) chosen.set(name, result)
    }
  }
  const marks = [...chosen.values()]
  return {
    entries: marks.map(({ jwt, claims }) => ({ trust_mark_type: claims.trust_mark_type, trust_mark: jwt })),
    expires: Math.min(...marks.map(({ expires }) => expires)),
    leftOut: describeLeftOut(leftOut, context),
  }
}

/** Parses a mark that may count, without a signature or a request. Empty: it does not count. */
function recognize(jwt: string, { subject, anchor, allowHttp, now }: TrustMarkContext): TrustMark[] {
  try {
    const mark = parseTrustMark(jwt, { allowHttp })
    const { sub, exp = Infinity } = mark.claims
    // The clock-skew allowance must not admit a mark that would make the response expired from the start.
    if (sub !== subject || exp <= now) return []
    return isRecognizedTrustMark(mark.claims, anchor.claims.trust_mark_issuers) ? [mark] : []
  } catch (error) {
    if (error instanceof FederationError) return []
    throw error
  }
}

function separateOwn(
  marks: readonly TrustMark[],
  { entityId }: TrustMarkContext,
): [TrustMark[], TrustMark[]] {
  const isOwn = ({ claims }: TrustMark) => claims.iss === entityId
  return [marks.filter(isOwn), marks.filter((mark) => !isOwn(mark))]
}

/** Returns a parsed mark if its issuer is one too many to look up, undefined if the mark is not valid. */
async function verifyCandidate(
  mark: TrustMark,
  context: TrustMarkContext,
): Promise<VerifiedTrustMark | TrustMark | undefined> {
  const { entityId, subject, anchor, allowHttp, now } = context
  try {
    const issuer = await context.findIssuer(mark.claims.iss)
    if (!issuer) return mark
    const isOwn = mark.claims.iss === entityId
    // A mark in our name is worth a signature check only if it is in our records.
    if (isOwn) await context.checkActivity(mark, issuer)
    const owners = anchor.claims.trust_mark_owners
    const verified = await verifyParsedTrustMark(mark, {
      subject,
      issuerKeys: issuer.keys,
      owners,
      allowHttp,
      now,
    })
    if (verified.expires <= now) return undefined
    if (!isOwn) await context.checkActivity(mark, issuer)
    return verified
  } catch (error) {
    // An unreachable issuer leaves the mark unverified, but an outage of Redis must fail the request.
    if (error instanceof FederationError && !isStoreOutage(error)) return undefined
    throw error
  }
}

function describeLeftOut(marks: readonly TrustMark[], { subject }: TrustMarkContext): string | null {
  if (marks.length === 0) return null
  const types = [...new Set(marks.map(({ claims }) => claims.trust_mark_type))]
  const others = types.length - MAX_LISTED
  const names = types
    .slice(0, MAX_LISTED)
    .map((type) => quote(type))
    .join(', ')
  const rest = others > 0 ? ` and ${others} others` : ''
  const [number, verb] =
    marks.length === 1 ? ['1 Trust Mark', 'was'] : [`${marks.length} Trust Marks`, 'were']
  return `${number} of ${subject} from other issuers ${verb} not verified, because it has too many. Types: ${names}${rest}.`
}
