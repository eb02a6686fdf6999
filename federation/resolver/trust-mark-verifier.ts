/** Verifies the Trust Marks for a resolve response: those in the subject's configuration and those issued here (§8.3). */
import type { EntityId } from '#core/entity-id.ts'
import type { TrustChain } from '#core/trust-chain/index.ts'
import type { Fetcher } from '#fetcher/fetcher.ts'
import type { Reader } from '#store/reader.ts'
import type { ChainFinder } from './chain-finder.ts'
import type { TrustAnchor } from './trust-anchor.ts'
import { checkActivity } from './trust-mark-activity.ts'
import { createIssuerLookup } from './trust-mark-issuer.ts'
import { type SelectedMarks, selectTrustMarks } from './trust-mark-selection.ts'

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
