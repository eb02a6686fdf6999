/** Shares fetched statements between processes through Redis until they expire (§10.2). */
import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { EntityId } from '#core/entity-id.ts'
import { isJsonObject } from '#core/json.ts'
import { readJson } from './json-text.ts'
import { redisKeys } from './keys.ts'
import { toStoreError } from './outage.ts'

/** Times are unix seconds. */
export type HeldStatement = { jwt: string; fetched: number }

export type FetchedStatement = { issuer: EntityId; subject: EntityId; jwt: string; exp: number }

export type StatementCache = {
  /** The issuer of an Entity Configuration is its subject. */
  read(issuer: EntityId, subject: EntityId): Promise<HeldStatement | undefined>
  /** Stores verified statements that were fetched at `now`. */
  write(statements: readonly FetchedStatement[], now: number): Promise<void>
}

/** Seconds. Limits the memory that statements with a distant `exp` occupy. */
const MAX_LIFETIME = 24 * 3600

/** Characters of one statement. A longer one is fetched every time. */
const MAX_LENGTH = 64 * 1024

/** @throws FederationError `temporarily_unavailable` while Redis is down */
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
        throw toStoreError(error)
      })
      return text === null ? undefined : parseHeld(text)
    },
    async write(statements, now) {
      await Promise.all(statements.map((each) => put(each, now))).catch((error: unknown) => {
        throw toStoreError(error)
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
