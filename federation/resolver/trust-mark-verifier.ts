/** Looks up what the verification of Trust Marks needs: the keys of their issuers, and what was revoked here (§7.3). */
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import type { JwkSet } from '#core/keys.ts'
import type { TrustChain } from '#core/trust-chain/index.ts'
import type { TrustMark } from '#core/trust-mark/index.ts'
import type { Reader } from '#store/reader.ts'
import type { ChainFinder } from './chain-finder.ts'
import type { TrustAnchor } from './trust-anchor.ts'
import { selectTrustMarks } from './trust-marks.ts'

type VerifierOptions = {
  entityId: EntityId
  allowHttp: boolean
  reader: Reader
  finder: ChainFinder
  now: () => number
}

/** Issuers for which a chain is sought in one response (§18.1). */
const MAX_ISSUERS = 5

export function createTrustMarkVerifier(options: VerifierOptions) {
  const { entityId, allowHttp, reader, finder, now } = options

  const isRevoked = async ({ jwt, claims }: TrustMark) =>
    claims.iss === entityId && (await reader.trustMarkStanding(jwt)) !== 'standing'

  /** The marks that a response about the subject of `chain` may carry. */
  return async (chain: TrustChain, anchors: readonly TrustAnchor[], signal: AbortSignal) => {
    const [configuration] = chain.statements
    const anchor = chain.statements.at(-1)
    const carried = configuration?.claims.trust_marks ?? []
    const issued = await reader.trustMarksOf(chain.subject)
    if (!anchor || carried.length + issued.length === 0) return { entries: [], expires: Infinity }
    const issuerKeys = createIssuerKeys((issuer) =>
      issuer === chain.trustAnchor
        ? Promise.resolve(anchor.claims.jwks)
        : finder.find(issuer, anchors, signal).then((found) => vouchedKeys(found.chain)),
    )
    const context = { subject: chain.subject, anchor, allowHttp, now: now(), issuerKeys, isRevoked }
    return selectTrustMarks(carried, issued, context)
  }
}

/** Each issuer is looked up once, and only so many of them. */
function createIssuerKeys(lookUp: (issuer: EntityId) => Promise<JwkSet>) {
  const known = new Map<EntityId, Promise<JwkSet>>()
  return async (issuer: EntityId): Promise<JwkSet> => {
    const earlier = known.get(issuer)
    if (earlier) return earlier
    if (known.size >= MAX_ISSUERS) {
      throw new FederationError(
        'invalid_request',
        `More than ${MAX_ISSUERS} issuers of Trust Marks are not looked up.`,
      )
    }
    const keys = lookUp(issuer)
    known.set(issuer, keys)
    return keys
  }
}

/** The keys of a chain's subject as its superior states them; its own configuration proves nothing (§7.3). */
function vouchedKeys({ statements }: TrustChain): JwkSet {
  const vouching = statements[1] ?? statements[0]
  if (!vouching) throw new TypeError('a Trust Chain has at least one statement')
  return vouching.claims.jwks
}
