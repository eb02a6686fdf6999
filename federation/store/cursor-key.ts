/** The secret with which pointers into lists are made, so that all processes know those that were given out here. */
import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import { redisKeys } from './keys.ts'
import { storeError } from './outage.ts'
import type { Reader } from './reader.ts'

/** @throws FederationError `temporarily_unavailable` while Redis is away and nothing is known yet */
export type CursorKey = () => Promise<Buffer>

type KeyOptions = { redis: Redis; prefix?: string; reader: Pick<Reader, 'onChange'> }

const BYTES = 32

export function createCursorKey({ redis, prefix = '', reader }: KeyOptions): CursorKey {
  const name = redisKeys(prefix).cursorKey
  const own = randomBytes(BYTES).toString('base64url')
  let known: Promise<Buffer> | undefined
  reader.onChange(({ kind }) => {
    if (kind === 'all') known = undefined // Redis may have lost its content, and another process may have begun anew
  })

  async function read(): Promise<Buffer> {
    try {
      // Whoever comes first decides. A Redis that takes no writes has none, and each process uses its own.
      await redis.set(name, own, 'NX').catch(() => {})
      return Buffer.from((await redis.get(name)) ?? own, 'base64url')
    } catch (error) {
      known = undefined
      throw storeError(error)
    }
  }

  return () => {
    known ??= read()
    return known
  }
}
