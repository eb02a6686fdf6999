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

/** What a federation server serves from. */
export type Store = {
  redisUrl: string
  keysDirectory: string
  filled: Filled
  redis: Redis
  close(): Promise<void>
}

export type FederationProgram = Pick<MeasuredProgram, 'pid' | 'usage' | 'end'> & { url: string }

export type Anchor = Pick<FederationProgram, 'url' | 'usage'> & Pick<Store, 'filled' | 'redis' | 'close'>

export async function startAnchor(subordinates: number): Promise<Anchor> {
  const store = await prepareStore(subordinates)
  const { url, usage, end } = await serve(store)
  return {
    url,
    filled: store.filled,
    redis: store.redis,
    usage,
    async close() {
      await end()
      await store.close()
    },
  }
}

export async function prepareStore(subordinates: number): Promise<Store> {
  const keysDirectory = await mkdtemp(join(tmpdir(), 'bench-'))
  const key = await generateSigningKey('ES256')
  await writeNewKey(keysDirectory, key)
  const redis = await startRedis()
  return {
    redisUrl: redis.url,
    keysDirectory,
    filled: await fill(redis.client, key, subordinates),
    redis: redis.client,
    async close() {
      await redis.close()
      await rm(keysDirectory, { recursive: true })
    },
  }
}

/** As the Dockerfile starts it. */
const flagsOfImage = ['--max-semi-space-size=32']

export async function serve(
  { redisUrl, keysDirectory }: Pick<Store, 'redisUrl' | 'keysDirectory'>,
  processes = 1,
): Promise<FederationProgram> {
  const environment = {
    TA_DOMAIN: entityId,
    REDIS_URL: redisUrl,
    KEYS_DIR: keysDirectory,
    HOST: '127.0.0.1',
    PORT: '0',
    WEB_CONCURRENCY: String(processes),
    RESOLVE_RATE_LIMIT: '1000000',
    COLLECTION_RATE_LIMIT: '1000000',
  }
  const program = launch('federation/main.ts', environment, flagsOfImage)
  // Each process prints the URL when it listens.
  const [, url = ''] = await program.printed(
    new RegExp(`(?:(http://127\\.0\\.0\\.1:\\d+)[^]*?){${processes}}`),
  )
  return { pid: program.pid, url, usage: program.usage, end: program.end }
}
