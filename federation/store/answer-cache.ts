/** Shares signed resolve responses between processes through Redis, and elects one process to build each (§8.3, §10.4). */
import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { isJsonObject } from '#core/json.ts'
import { readJson } from './json-text.ts'
import { redisKeys } from './keys.ts'

export type HeldAnswer = {
  request: string
  jwt: string
  /** When it was built, in unix seconds. */
  made: number
  /** Issuers and subjects of the statements in the response that this installation publishes. */
  published: readonly (readonly [string, string])[]
  /** Hash of every input that may change. */
  fingerprint: string
}

/** No method throws: a response that Redis cannot keep or return is built again. */
export type AnswerCache = {
  read(request: string): Promise<HeldAnswer | undefined>
  write(answer: HeldAnswer, seconds: number): Promise<void>
  drop(request: string): Promise<void>
  /** True if the caller must build the response. Other callers get false until the claim is released or expires. */
  claim(request: string): Promise<boolean>
  release(request: string): Promise<void>
}

/** Characters of one entry. A longer one stays in the memory of the process that built it. */
const MAX_LENGTH = 256 * 1024

/** Seconds until the claim of a dead process expires. */
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
    // When Redis is down or read-only, each process builds its own responses.
    claim: async (request) =>
      (await attempt(redis.set(claimName(request), '1', 'EX', CLAIM_SECONDS, 'NX'))) !== null,
    // The claim may have expired and belong to another process. At worst a response is built twice.
    release: async (request) => void (await attempt(redis.del(claimName(request)))),
  }
}

function hash(request: string): string {
  return createHash('sha256').update(request).digest('hex')
}

/** Undefined when Redis fails: the cache only saves work. */
async function attempt<Result>(command: Promise<Result>): Promise<Result | undefined> {
  return command.catch(() => undefined)
}

function parseHeld(text: string): HeldAnswer | undefined {
  const value = readJson(text)
  if (!isJsonObject(value)) return undefined
  const { request, jwt, made, published, fingerprint } = value
  if (typeof request !== 'string' || typeof jwt !== 'string' || typeof fingerprint !== 'string')
    return undefined
  if (typeof made !== 'number' || !Array.isArray(published) || !published.every(isPair)) return undefined
  return { request, jwt, made, published, fingerprint }
}

const isPair = (value: unknown): value is [string, string] =>
  Array.isArray(value) && value.length === 2 && value.every((id) => typeof id === 'string')
