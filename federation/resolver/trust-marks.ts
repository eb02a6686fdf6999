/** Which Trust Marks a resolve response may carry: active ones of recognized types, by trusted issuers (§8.3, §7.3). */
import type { EntityId } from '#core/entity-id.ts'
import type { EntityStatement, TrustMarkEntry } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import type { JwkSet } from '#core/keys.ts'
import {
  isRecognizedTrustMark,
  parseTrustMark,
  type TrustMark,
  verifyTrustMark,
} from '#core/trust-mark/index.ts'
import type { IssuedTrustMark } from '#store/trust-mark-reader.ts'

/** What the verification needs to know beyond the marks. */
export type TrustMarkContext = {
  subject: EntityId
  /** The Entity Configuration of the Trust Anchor resolved under: its lists count, and no others (§3.1.2). */
  anchor: EntityStatement
  allowHttp: boolean
  /** Unix seconds. */
  now: number
  /** Keys of an issuer, as a Trust Chain to the anchor vouches for them. @throws FederationError without a chain */
  issuerKeys(issuer: EntityId): Promise<JwkSet>
  /** Whether a mark was revoked, as far as we are the ones to know. */
  isRevoked(mark: TrustMark): Promise<boolean>
}

/** Marks looked at in one response; an entity can put any number of them into its configuration (§18.1). */
const MAX_MARKS = 20

/**
 * The marks of the subject's own configuration, then those issued here that it does not carry itself. A mark that
 * fails only drops itself (§17.5).
 */
export async function selectTrustMarks(
  carried: readonly TrustMarkEntry[],
  issued: readonly IssuedTrustMark[],
  context: TrustMarkContext,
): Promise<{ entries: TrustMarkEntry[]; expires: number }> {
  const candidates = new Set([
    ...carried.map((entry) => entry.trust_mark),
    ...issued.map(({ mark }) => mark.jwt),
  ])
  const verified = await Promise.all([...candidates].slice(0, MAX_MARKS).map((jwt) => verify(jwt, context)))
  const chosen = new Map<string, TrustMark>()
  for (const mark of verified) {
    if (!mark) continue
    const name = JSON.stringify([mark.claims.iss, mark.claims.trust_mark_type])
    if (!chosen.has(name)) chosen.set(name, mark)
  }
  const marks = [...chosen.values()]
  return {
    entries: marks.map(({ jwt, claims }) => ({ trust_mark_type: claims.trust_mark_type, trust_mark: jwt })),
    expires: Math.min(...marks.map(({ claims }) => claims.exp ?? Infinity)),
  }
}

async function verify(jwt: string, context: TrustMarkContext): Promise<TrustMark | undefined> {
  const mark = await verifyByIssuer(jwt, context)
  if (!mark) return undefined
  // The leeway for clocks must not put a mark into a response that would be expired from the start.
  const isActive = mark.claims.exp === undefined || mark.claims.exp > context.now
  return isActive && !(await context.isRevoked(mark)) ? mark : undefined
}

async function verifyByIssuer(jwt: string, context: TrustMarkContext): Promise<TrustMark | undefined> {
  const { subject, anchor, allowHttp, now } = context
  try {
    const { claims } = parseTrustMark(jwt, { allowHttp })
    if (!isRecognizedTrustMark(claims, anchor.claims.trust_mark_issuers)) return undefined
    return await verifyTrustMark(jwt, {
      subject,
      issuerKeys: await context.issuerKeys(claims.iss),
      owners: anchor.claims.trust_mark_owners,
      allowHttp,
      now,
    })
  } catch (error) {
    if (error instanceof FederationError) return undefined // also when its issuer cannot be asked: not verified
    throw error
  }
}
