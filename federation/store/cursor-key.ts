/** Shares the secret of list cursors through Redis, so that every process accepts the cursors of the others. */
import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import { redisKeys } from './keys.ts'
import { toStoreError } from './outage.ts'
import type { Reader } from './reader.ts'

/** @throws FederationError `temporarily_unavailable` while Redis is down and the secret was not read yet */
export type CursorKey = () => Promise<Buffer>

type KeyOptions = { redis: Redis; prefix?: string; reader: Pick<Reader, 'onChange'> }

const BYTES = 32

export function createCursorKey({ redis, prefix = '', reader }: KeyOptions): CursorKey {
  const name = redisKeys(prefix).cursorKey
  const own = randomBytes(BYTES).toString('base64url')
  let known: Promise<Buffer> | undefined
  reader.onChange(({ kind }) => {
    if (kind === 'all') known = undefined // Redis may have lost the secret, and another process may have set a new one
  })

  async function read(): Promise<Buffer> {
    try {
      // The first process sets the secret. If a read-only Redis has none, each process uses its own.
      await redis.set(name, own, 'NX').catch(() => {})
      return Buffer.from((await redis.get(name)) ?? own, 'base64url')
    } catch (error) {
      known = undefined
      throw toStoreError(error)
    }
  }

  return () => {
    known ??= read()
    return known
  }
}
