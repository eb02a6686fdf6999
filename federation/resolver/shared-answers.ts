/** Answers that all processes share through Redis: each is made by one of them, and believed by none unseen (§8.3). */
import { setTimeout } from 'node:timers/promises'
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { isJsonObject } from '#core/json.ts'
import { decodeJwt, verifyJwt } from '#core/jws.ts'
import { RESOLVE_RESPONSE_TYP } from '#core/resolve-response.ts'
import type { AnswerCache, HeldAnswer } from '#store/answer-cache.ts'
import type { KeyDirectory } from '#store/key-directory.ts'
import { type Answer, describeAnswer, type Query } from './answer.ts'

type SharedOptions = {
  entityId: EntityId
  cache: AnswerCache
  keys: () => KeyDirectory
  /** Unix seconds. */
  now: () => number
  /** Whether nothing has changed that the answer was made from. */
  stands(answer: Answer, query: Query): Promise<boolean>
}

type Make = () => Promise<Answer>

export type SharedAnswers = {
  /** The answer that is held, or else `make`s it, once for all who ask in whichever process. */
  obtain(query: Query, make: Make): Promise<Answer>
  /** A later answer than this one; undefined while another process makes it. */
  renew(query: Query, earlier: Answer, make: Make): Promise<Answer | undefined>
  drop(query: Query): Promise<void>
}

/** Milliseconds between two looks for the answer that another process makes, at first and at most. */
const FIRST_WAIT_MS = 10
const LONGEST_WAIT_MS = 200

/** Milliseconds after which nobody waits any longer for another process. */
const PATIENCE_MS = 10_000

export function createSharedAnswers(options: SharedOptions): SharedAnswers {
  const { cache, now, stands } = options

  async function find(query: Query): Promise<Answer | undefined> {
    const held = await cache.read(query.key)
    if (!held || !(await isGenuine(held, query, options))) return undefined
    const { own, fingerprint } = held
    const answer = describeAnswer(held.jwt, { own, fingerprint }, held.made)
    return (await stands(answer, query)) ? answer : undefined
  }

  /** By whoever has the claim. */
  async function makeForAll(query: Query, make: Make): Promise<Answer> {
    try {
      const answer = await make()
      const { response, basis, made, until } = answer
      const held = { request: query.key, jwt: response.jwt, made, ...basis }
      if (isShareable(answer, query)) await cache.write(held, Math.floor(until - now()))
      return answer
    } finally {
      await cache.release(query.key)
    }
  }

  return {
    async obtain(query, make) {
      const begun = performance.now()
      for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
        const isClaimed = await cache.claim(query.key)
        const found = await find(query) // after the claim, so that what was made just before is not made again
        if (found && isClaimed) await cache.release(query.key)
        if (found) return found
        if (isClaimed) return makeForAll(query, make)
        if (performance.now() - begun > PATIENCE_MS) return make()
        await setTimeout(wait)
      }
    },
    async renew(query, earlier, make) {
      const found = await find(query)
      if (found && found.made > earlier.made) return found
      return (await cache.claim(query.key)) ? makeForAll(query, make) : undefined
    },
    drop: (query) => cache.drop(query.key),
  }
}

/** Whether we signed it in answer to this request; whoever can write into Redis must not be able to speak for us. */
async function isGenuine(
  { request, jwt }: HeldAnswer,
  { key, subject, audience }: Query,
  { entityId, keys }: SharedOptions,
): Promise<boolean> {
  if (request !== key) return false
  try {
    const { claims } = await verifyJwt(jwt, { typ: RESOLVE_RESPONSE_TYP, keys: keys().published })
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

/** Of types that the subject lacks, anybody can think of any number, and each request would take room in Redis. */
function isShareable({ response }: Answer, { entityTypes }: Query): boolean {
  const { metadata } = decodeJwt(response.jwt).claims
  return isJsonObject(metadata) && entityTypes.every((type) => Object.hasOwn(metadata, type))
}
