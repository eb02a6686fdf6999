/** Keeps signed resolve responses for all processes that share a Redis, and lets one of them make each (§8.3, §10.4). */
import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { isJsonObject } from '#core/json.ts'
import { readJson } from './json-text.ts'
import { redisKeys } from './keys.ts'

export type HeldAnswer = {
  /** The request that it answers. */
  request: string
  jwt: string
  /** Unix seconds. */
  made: number
  /** Whose statements by us it was made from, and what everything was like that it was made from. */
  own: readonly string[]
  fingerprint: string
}

/** No method ever fails: whatever Redis does not keep or does not know is made again. */
export type AnswerCache = {
  read(request: string): Promise<HeldAnswer | undefined>
  write(answer: HeldAnswer, seconds: number): Promise<void>
  drop(request: string): Promise<void>
  /** Whether the caller is to make the answer; everybody else is told no until it releases the claim, or dies. */
  claim(request: string): Promise<boolean>
  release(request: string): Promise<void>
}

/** Characters of one entry; longer ones stay in the memory of the process that made them. */
const MAX_LENGTH = 256 * 1024

/** Seconds after which the claim of a process that died is void. */
const CLAIM_SECONDS = 5

export function createAnswerCache({ redis, prefix = '' }: { redis: Redis; prefix?: string }): AnswerCache {
  const keys = redisKeys(prefix)
  const name = (request: string) => keys.resolveAnswer(hash(request))
  const claimName = (request: string) => keys.resolveClaim(hash(request))
  return {
    async read(request) {
      const text = await attempt(redis.get(name(request)))
      return text ? parseHeld(text) : undefined
    },
    async write(answer, seconds) {
      const text = JSON.stringify(answer)
      if (seconds <= 0 || text.length > MAX_LENGTH) return
      await attempt(redis.set(name(answer.request), text, 'EX', seconds))
    },
    drop: async (request) => void (await attempt(redis.del(name(request)))),
    // A Redis that is away or takes no writes cannot coordinate anybody: then each process works for itself.
    claim: async (request) =>
      (await attempt(redis.set(claimName(request), '1', 'EX', CLAIM_SECONDS, 'NX'))) !== null,
    // It may have lapsed and be another's by now, who then works in vain at worst.
    release: async (request) => void (await attempt(redis.del(claimName(request)))),
  }
}

function hash(request: string): string {
  return createHash('sha256').update(request).digest('hex')
}

/** Undefined when Redis fails, in whichever way: the cache saves work and decides nothing. */
async function attempt<Result>(command: Promise<Result>): Promise<Result | undefined> {
  return command.catch(() => undefined)
}

function parseHeld(text: string): HeldAnswer | undefined {
  const value = readJson(text)
  if (!isJsonObject(value)) return undefined
  const { request, jwt, made, own, fingerprint } = value
  if (typeof request !== 'string' || typeof jwt !== 'string' || typeof fingerprint !== 'string')
    return undefined
  if (typeof made !== 'number' || !Array.isArray(own) || !own.every((id) => typeof id === 'string'))
    return undefined
  return { request, jwt, made, own, fingerprint }
}
