/** Runs the federation server under load: a separate process on a filled Redis. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { generateSigningKey } from '#core/keys.ts'
import { writeNewKey } from '#store/key-directory.ts'
import { startRedis } from '#test/helpers/redis.ts'
import { entityId, type Filled, fill } from './fill.ts'
import { launch, type MeasuredProgram } from './program.ts'

export type Anchor = Pick<MeasuredProgram, 'usage'> & {
  url: string
  filled: Filled
  redis: Redis
  close(): Promise<void>
}

export async function startAnchor(subordinates: number): Promise<Anchor> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-'))
  const key = await generateSigningKey('ES256')
  await writeNewKey(directory, key)
  const redis = await startRedis()
  const filled = await fill(redis.client, key, subordinates)
  const program = launch('federation/main.ts', {
    TA_DOMAIN: entityId,
    REDIS_URL: redis.url,
    KEYS_DIR: directory,
    HOST: '127.0.0.1',
    PORT: '0',
    RESOLVE_RATE_LIMIT: '1000000',
    COLLECTION_RATE_LIMIT: '1000000',
  })
  const [url] = await program.printed(/http:\/\/127\.0\.0\.1:\d+/)
  return {
    url,
    filled,
    redis: redis.client,
    usage: program.usage,
    async close() {
      await program.end()
      await redis.close()
      await rm(directory, { recursive: true })
    },
  }
}
