/** The Trust Marks that a resolve response may carry: those of the subject, and those that were issued to it here (§8.3). */
import type { EntityId } from '#core/entity-id.ts'
import type { TrustChain } from '#core/trust-chain/index.ts'
import type { Fetcher } from '#fetcher/fetcher.ts'
import type { Reader } from '#store/reader.ts'
import type { ChainFinder } from './chain-finder.ts'
import type { TrustAnchor } from './trust-anchor.ts'
import { checkActivity } from './trust-mark-activity.ts'
import { createIssuerLookup } from './trust-mark-issuer.ts'
import { selectTrustMarks } from './trust-marks.ts'

type VerifierOptions = {
  entityId: EntityId
  allowHttp: boolean
  reader: Reader
  fetcher: Fetcher
  finder: ChainFinder
  now: () => number
}

/** Issuers for which a chain is sought in one response (§18.1). */
const MAX_ISSUERS = 5

export function createTrustMarkVerifier(options: VerifierOptions) {
  const { allowHttp, reader, finder, now } = options
  return async (chain: TrustChain, anchors: readonly TrustAnchor[], signal: AbortSignal) => {
    const [configuration] = chain.statements
    const anchor = chain.statements.at(-1)
    const carried = configuration?.claims.trust_marks ?? []
    const issued = await reader.trustMarksOf(chain.subject)
    if (!anchor || carried.length + issued.length === 0) return { entries: [], expires: Infinity }
    const candidates = [...carried.map((entry) => entry.trust_mark), ...issued.map(({ mark }) => mark.jwt)]
    return selectTrustMarks(candidates, {
      subject: chain.subject,
      anchor,
      allowHttp,
      now: now(),
      findIssuer: createIssuerLookup({ anchor, anchors, finder, signal, allowHttp, maxIssuers: MAX_ISSUERS }),
      checkActivity: (mark, issuer) => checkActivity(mark, issuer, signal, options),
    })
  }
}
