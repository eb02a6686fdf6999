/** Answers what an entity's metadata is under a Trust Anchor, signed, and keeps the answer while it holds (§8.3). */
import { LRUCache } from 'lru-cache'
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { signJwt } from '#core/jws.ts'
import { buildResolveResponse, RESOLVE_RESPONSE_TYP } from '#core/resolve-response.ts'
import type { TrustChain } from '#core/trust-chain/index.ts'
import type { Fetcher } from '#fetcher/fetcher.ts'
import { createCache } from '#store/cache.ts'
import type { KeyDirectory } from '#store/key-directory.ts'
import { type PublishedJwt, readPublishedJwt } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'
import type { StatementCache } from '#store/statement-cache.ts'
import { type Basis, describeAnchors, isUnchanged, readStored } from './basis.ts'
import { createChainFinder } from './chain-finder.ts'
import { findTrustAnchors, type TrustAnchor } from './trust-anchor.ts'
import { createTrustMarkVerifier } from './trust-mark-verifier.ts'

type ResolveRequest = {
  subject: EntityId
  /** In order of preference among chains of equal length; any that is known may be used. */
  trustAnchors: readonly EntityId[]
  /** All when empty. */
  entityTypes: readonly string[]
  /** The client, where it was authenticated; only it may use the answer then. */
  audience: EntityId | undefined
}

export type Resolver = {
  /** The resolve response, a signed JWT. @throws FederationError */
  resolve(request: ResolveRequest): Promise<PublishedJwt>
}

export type ResolverOptions = {
  entityId: EntityId
  allowHttp: boolean
  reader: Reader
  fetcher: Fetcher
  statements: StatementCache
  keys: () => KeyDirectory
  /** Unix seconds. */
  now: () => number
}

type Answer = { response: PublishedJwt; expires: number; basis: Basis }

/** Milliseconds. What others publish may change without our being told, so no answer is kept longer. */
const MAX_AGE_MS = 60_000
const MAX_BYTES = 64 * 1024 * 1024

/** Milliseconds for which a refusal is repeated without trying again. */
const REFUSAL_MS = 5_000
const MAX_REFUSALS = 10_000

/** Milliseconds for asking others, Trust Mark issuers included. */
const TIME_BUDGET_MS = 20_000

export function createResolver(options: ResolverOptions): Resolver {
  const { reader, now } = options
  const produce = createProducer(options)
  const refusals = createRefusals(reader)
  const answers = createCache<Answer>({
    maxAge: MAX_AGE_MS,
    maxSize: MAX_BYTES,
    sizeOf: ({ response }) => 3 * response.jwt.length, // the response, its bytes, and the statements it was made from
  })

  return {
    async resolve(request) {
      const anchors = await findTrustAnchors(request.trustAnchors, options)
      const key = JSON.stringify(request)
      const load = () => refusals.guard(key, () => produce(request, anchors))
      const answer = await answers.read(key, load)
      if (answer.expires > now() && (await isUnchanged(answer.basis, reader, anchors))) return answer.response
      answers.drop(key, answer)
      return (await answers.read(key, load)).response
    },
  }
}

/** Remembers for a while what could not be resolved, until something changes here. */
function createRefusals(reader: Reader) {
  const refused = new LRUCache<string, FederationError>({ max: MAX_REFUSALS, ttl: REFUSAL_MS })
  let generation = 0
  reader.onChange(() => {
    refused.clear()
    generation += 1
  })
  return {
    async guard<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
      const earlier = refused.get(key)
      if (earlier) throw earlier
      const begun = generation
      try {
        return await work()
      } catch (error) {
        if (error instanceof FederationError && generation === begun) refused.set(key, error)
        throw error
      }
    },
  }
}

/** Finds chain and marks, and signs the response. */
function createProducer({ entityId, ...options }: ResolverOptions) {
  const { reader, keys, now } = options
  const finder = createChainFinder({ entityId, ...options })
  const selectMarks = createTrustMarkVerifier({ entityId, finder, ...options })

  return async (request: ResolveRequest, anchors: readonly TrustAnchor[]): Promise<Answer> => {
    const { subject, entityTypes, audience } = request
    const signal = AbortSignal.timeout(TIME_BUDGET_MS)
    const stored = await readStored(reader, subject)
    const { chain, metadata } = await finder.find(subject, anchors, signal)
    const anchor = anchors.find(({ id }) => id === chain.trustAnchor)
    const marks = await selectMarks(chain, anchor ? [anchor] : [], signal)
    const expires = Math.min(chain.exp, marks.expires)
    if (expires <= now()) throw expired(chain)
    const wanted = Object.entries(metadata).filter(
      ([type]) => entityTypes.length === 0 || entityTypes.includes(type),
    )
    const claims = buildResolveResponse({
      issuer: entityId,
      subject,
      iat: now(),
      exp: expires,
      chain,
      metadata: Object.fromEntries(wanted),
      trustMarks: marks.entries,
    })
    const addressed = audience === undefined ? claims : { ...claims, aud: audience }
    const response = readPublishedJwt(
      await signJwt(addressed, { key: keys().signer, typ: RESOLVE_RESPONSE_TYP }),
    )
    const own = chain.statements.filter((statement) => statement.claims.iss === entityId)
    return { response, expires, basis: { subject, own, stored, anchors: describeAnchors(anchors) } }
  }
}

/** The leeway for clocks lets a chain pass that has just expired, but nothing can be signed on its ground. */
function expired({ subject }: TrustChain): FederationError {
  const message = `The Trust Chain of ${subject} has just expired.`
  return new FederationError('temporarily_unavailable', message, { subject, retryable: true })
}
