/** Resolves an entity's metadata under a Trust Anchor, and caches signed responses while they are valid (§8.3). */
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { createCache } from '#store/cache.ts'
import type { PublishedJwt } from '#store/published-jwt.ts'
import { type Answer, describeQuery, type Query, watchBasis } from './answer.ts'
import type { Lookup, ResolverOptions } from './options.ts'
import { createProducer } from './producer.ts'
import { createRefusals } from './refusals.ts'
import { createSharedAnswers } from './shared-answers.ts'
import { findTrustAnchors } from './trusted-keys.ts'

type ResolveRequest = Pick<Query, 'subject' | 'entityTypes' | 'audience'> & {
  /** In order of preference among chains of equal length. */
  trustAnchors: readonly EntityId[]
}

/** The resolve response, a signed JWT, and whether the same request would get it again, without asking Redis. */
export type Resolved = { response: PublishedJwt; isSame(): boolean }

export type Resolver = {
  /** @throws FederationError */
  resolve(request: ResolveRequest): Promise<Resolved>
  /** Counts a response that was sent again. */
  countRepeated(): void
}

/** Milliseconds. Each response also has its own expiry. */
const MAX_AGE_MS = 4 * 60_000
const MAX_BYTES = 96 * 1024 * 1024

const never = () => false

export function createResolver(options: ResolverOptions): Resolver {
  const { reader, signer, now } = options
  const produce = createProducer(options)
  const refusals = createRefusals(reader)
  const memory = createCache<Answer>({
    maxAge: MAX_AGE_MS,
    maxSize: MAX_BYTES,
    sizeOf: ({ response, basis }) => response.jwt.length + basis.fingerprint.length,
  })

  async function isValid(answer: Answer, { key, subject, anchors }: Query): Promise<boolean> {
    if (answer.until <= now()) return false
    const keys = options.keys()
    const areSame = await watchBasis(answer.basis, { subject, anchors, kid: (await signer()).kid }, options)
    if (!areSame) return false
    const { renewFrom } = answer
    const isSame = () =>
      renewFrom > now() && memory.peek(key) === answer && options.keys() === keys && areSame()
    // V8 places a function that is assigned as it is written among old objects, where it stays long.
    answer.isSame = isSame
    return true
  }
  const shared = createSharedAnswers({ ...options, cache: options.answers, isValid })
  const renewing = new Set<string>()

  async function find(query: Query): Promise<Answer> {
    let found: Lookup = 'memory'
    const build = () => {
      found = 'nowhere'
      return produce(query)
    }
    const load = () => {
      found = 'redis'
      return refusals.guard(query.key, () => shared.findOrBuild(query, build))
    }
    try {
      const answer = await memory.read(query.key, load)
      if (await isValid(answer, query)) return answer
      memory.drop(query.key, answer)
      return await memory.read(query.key, load)
    } finally {
      options.onLookup?.(found)
    }
  }

  /** Runs in the background: the earlier response stays in use until it is replaced or expires. */
  async function renew(query: Query, earlier: Answer): Promise<void> {
    if (renewing.has(query.key)) return
    renewing.add(query.key)
    try {
      const renewed = await refusals.guard(query.key, () =>
        shared.renew(query, earlier, () => produce(query, { isRenewal: true })),
      )
      if (renewed) memory.write(query.key, renewed)
    } catch (error) {
      if (error instanceof FederationError && error.code === 'temporarily_unavailable') return
      // The response is no longer valid: the next query reports the error.
      memory.drop(query.key, earlier)
      await shared.drop(query)
    } finally {
      renewing.delete(query.key)
    }
  }

  return {
    async resolve({ trustAnchors, ...request }) {
      const anchors = await findTrustAnchors(trustAnchors, options)
      const query = describeQuery({ ...request, anchors })
      const answer = await find(query)
      if (answer.renewFrom <= now()) void renew(query, answer)
      return { response: answer.response, isSame: answer.isSame ?? never }
    },
    countRepeated: () => options.onLookup?.('memory'),
  }
}
