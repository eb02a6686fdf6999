/** Keeps statements of other entities for all processes that share a Redis, for as long as they hold (§10.2). */
import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { EntityId } from '#core/entity-id.ts'
import { isJsonObject } from '#core/json.ts'
import { readJson } from './json-text.ts'
import { redisKeys } from './keys.ts'
import { storeError } from './outage.ts'

/** Times are unix seconds. */
export type HeldStatement = { jwt: string; fetched: number }

export type FetchedStatement = { issuer: EntityId; subject: EntityId; jwt: string; exp: number }

export type StatementCache = {
  /** Undefined when nothing is held. An Entity Configuration has its subject as issuer. */
  read(issuer: EntityId, subject: EntityId): Promise<HeldStatement | undefined>
  /** Keeps what was fetched at `now` and has been verified. */
  write(statements: readonly FetchedStatement[], now: number): Promise<void>
}

/** Seconds; some sign for years, and nobody should wait so long for memory. */
const MAX_LIFETIME = 24 * 3600

/** Characters of one statement; longer ones are fetched each time. */
const MAX_LENGTH = 64 * 1024

/** @throws FederationError `temporarily_unavailable` while Redis is away */
export function createStatementCache({
  redis,
  prefix = '',
}: {
  redis: Redis
  prefix?: string
}): StatementCache {
  const keys = redisKeys(prefix)
  const name = (issuer: EntityId, subject: EntityId) =>
    keys.remoteStatement(
      createHash('sha256')
        .update(JSON.stringify([issuer, subject]))
        .digest('hex'),
    )

  async function put({ issuer, subject, jwt, exp }: FetchedStatement, now: number): Promise<void> {
    const seconds = Math.min(Math.floor(exp - now), MAX_LIFETIME)
    if (seconds <= 0 || jwt.length > MAX_LENGTH) return
    const held: HeldStatement = { jwt, fetched: now }
    await redis.set(name(issuer, subject), JSON.stringify(held), 'EX', seconds)
  }

  return {
    async read(issuer, subject) {
      const text = await redis.get(name(issuer, subject)).catch((error: unknown) => {
        throw storeError(error)
      })
      return text === null ? undefined : parseHeld(text)
    },
    async write(statements, now) {
      await Promise.all(statements.map((each) => put(each, now))).catch((error: unknown) => {
        throw storeError(error)
      })
    },
  }
}

function parseHeld(text: string): HeldStatement | undefined {
  const value = readJson(text)
  if (!isJsonObject(value) || typeof value.jwt !== 'string' || typeof value.fetched !== 'number')
    return undefined
  return { jwt: value.jwt, fetched: value.fetched }
}
