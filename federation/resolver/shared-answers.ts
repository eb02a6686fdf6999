/** Shares resolve responses between processes through Redis. One process builds each; the others verify it before use (§8.3). */
import { setTimeout } from 'node:timers/promises'
import { decodeJwt } from 'jose'
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { isJsonObject } from '#core/json.ts'
import { verifyJwt } from '#core/jws.ts'
import { RESOLVE_RESPONSE_TYP } from '#core/resolve-response.ts'
import type { AnswerCache, HeldAnswer } from '#store/answer-cache.ts'
import type { KeySets } from '#store/key-directory.ts'
import { type Answer, describeAnswer, type Query } from './answer.ts'

type SharedOptions = {
  entityId: EntityId
  cache: AnswerCache
  keys: () => KeySets
  /** Unix seconds. */
  now: () => number
  /** Whether the inputs of the response are unchanged. */
  isValid(answer: Answer, query: Query): Promise<boolean>
}

type Build = () => Promise<Answer>

export type SharedAnswers = {
  /** Returns the shared response, or builds it in one process at a time. */
  findOrBuild(query: Query, build: Build): Promise<Answer>
  /** Returns a newer response, or undefined while another process builds it. */
  renew(query: Query, earlier: Answer, build: Build): Promise<Answer | undefined>
  drop(query: Query): Promise<void>
}

/** Milliseconds between polls for the response of another process, at first and at most. */
const FIRST_WAIT_MS = 10
const LONGEST_WAIT_MS = 200

/** Milliseconds of waiting for another process before building the response anyway. */
const MAX_WAIT_MS = 10_000

export function createSharedAnswers(options: SharedOptions): SharedAnswers {
  const { cache, now, isValid } = options

  async function find(query: Query): Promise<Answer | undefined> {
    const held = await cache.read(query.key)
    if (!held || !(await isGenuine(held, query, options))) return undefined
    const { published, fingerprint } = held
    const answer = describeAnswer(held.jwt, { published, fingerprint }, held.made)
    return (await isValid(answer, query)) ? answer : undefined
  }

  /** Requires the claim, and releases it. */
  async function buildAndShare(query: Query, build: Build): Promise<Answer> {
    try {
      const answer = await build()
      const { response, basis, made, until } = answer
      const held = { request: query.key, jwt: response.jwt, made, ...basis }
      if (isShareable(answer, query)) await cache.write(held, Math.floor(until - now()))
      return answer
    } finally {
      await cache.release(query.key)
    }
  }

  return {
    async findOrBuild(query, build) {
      const start = performance.now()
      for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
        const isClaimed = await cache.claim(query.key)
        const found = await find(query) // after the claim: another process may just have built it
        if (found && isClaimed) await cache.release(query.key)
        if (found) return found
        if (isClaimed) return buildAndShare(query, build)
        if (performance.now() - start > MAX_WAIT_MS) return build()
        await setTimeout(wait)
      }
    },
    async renew(query, earlier, build) {
      const found = await find(query)
      if (found && found.made > earlier.made) return found
      return (await cache.claim(query.key)) ? buildAndShare(query, build) : undefined
    },
    drop: (query) => cache.drop(query.key),
  }
}

/** Whether we signed it for this request. Write access to Redis must not allow forged responses. */
async function isGenuine(
  { request, jwt }: HeldAnswer,
  { key, subject, audience }: Query,
  { entityId, keys }: SharedOptions,
): Promise<boolean> {
  if (request !== key) return false
  try {
    const { claims } = await verifyJwt(jwt, { typ: RESOLVE_RESPONSE_TYP, keys: keys().published, at: null })
    return (
      claims.iss === entityId &&
      claims.sub === subject &&
      claims.aud === audience &&
      typeof claims.exp === 'number'
    )
  } catch (error) {
    if (error instanceof FederationError) return false
    throw error
  }
}

/** Clients can invent any number of types that the subject lacks, and must not fill Redis with them. */
function isShareable({ response }: Answer, { entityTypes }: Query): boolean {
  const { metadata } = decodeJwt<{ metadata: unknown }>(response.jwt)
  return isJsonObject(metadata) && entityTypes.every((type) => Object.hasOwn(metadata, type))
}
