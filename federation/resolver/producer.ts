/** Builds a resolve response: finds the Trust Chain and the Trust Marks, and signs (§8.3). */
import { FederationError } from '#core/errors.ts'
import { signJwt } from '#core/jws.ts'
import { buildResolveResponse, RESOLVE_RESPONSE_TYP } from '#core/resolve-response.ts'
import type { ResolvedEntity, TrustChain } from '#core/trust-chain/index.ts'
import { type Answer, describeAnswer, describeBasis, type Query, readStored } from './answer.ts'
import { type ChainFinder, createChainFinder } from './chain-finder.ts'
import type { ResolverOptions } from './options.ts'
import { createTrustMarkVerifier } from './trust-mark-selection.ts'

/** Milliseconds for all fetches, including those from Trust Mark issuers. */
const TIME_BUDGET_MS = 20_000

/** @throws FederationError when there is no valid chain */
export type Producer = (query: Query, options?: { isRenewal?: boolean }) => Promise<Answer>

export function createProducer(options: Omit<ResolverOptions, 'answers'>): Producer {
  const { entityId, reader, hosted } = options
  const finder = createChainFinder(options)
  const sign = createResponseSigner({ ...options, finder })
  return async (query, { isRenewal = false } = {}) => {
    const { subject, anchors } = query
    const signal = AbortSignal.timeout(TIME_BUDGET_MS)
    const stored = await readStored(reader, subject)
    const find = isRenewal ? finder.findAgain : finder.find
    const { jwt, chain, kid, made } = await sign(query, await find(subject, anchors, signal), signal)
    const inputs = { entityId, reader, hosted, stored }
    return describeAnswer(jwt, describeBasis(chain.statements, { subject, anchors, kid }, inputs), made)
  }
}

type SignerOptions = Pick<
  ResolverOptions,
  'entityId' | 'allowHttp' | 'reader' | 'signer' | 'now' | 'onMarksLeftOut'
> & {
  fetcher: Pick<ResolverOptions['fetcher'], 'trustMarkStatus' | 'statusList'>
  finder: Pick<ChainFinder, 'find'>
}

/** Returns a function that selects the Trust Marks for a valid chain, and signs the response. @throws FederationError */
export function createResponseSigner({ entityId, ...options }: SignerOptions) {
  const { now } = options
  const selectMarks = createTrustMarkVerifier({ entityId, ...options })

  return async (
    { subject, anchors, entityTypes, audience }: Query,
    { chain, metadata }: ResolvedEntity,
    signal: AbortSignal,
  ) => {
    const anchor = anchors.find(({ id }) => id === chain.trustAnchor)
    const marks = await selectMarks(chain, anchor ? [anchor] : [], signal)
    if (marks.leftOut) options.onMarksLeftOut?.(marks.leftOut)
    const made = now()
    const exp = Math.floor(Math.min(chain.exp, marks.expires)) // other entities may use fractions
    if (exp <= made) throw createExpiredError(chain)
    const requested = Object.entries(metadata).filter(
      ([type]) => entityTypes.length === 0 || entityTypes.includes(type),
    )
    const claims = buildResolveResponse({
      issuer: entityId,
      subject,
      iat: made,
      exp,
      chain,
      metadata: Object.fromEntries(requested),
      trustMarks: marks.entries,
    })
    const addressed = audience === undefined ? claims : { ...claims, aud: audience }
    const signer = await options.signer()
    const jwt = await signJwt(addressed, { key: signer, typ: RESOLVE_RESPONSE_TYP })
    return { jwt, chain, kid: signer.kid, made, exp }
  }
}

/** The clock-skew allowance accepts a chain that has just expired, but it cannot be the basis of a signature. */
function createExpiredError({ subject }: TrustChain): FederationError {
  const message = `The Trust Chain of ${subject} has just expired. Try again.`
  return new FederationError('temporarily_unavailable', message, { subject, retryable: true })
}
