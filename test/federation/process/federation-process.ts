/** Runs the federation server as separate processes for one test file, with its own Redis and key directory. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { generateSigningKey } from '#core/keys.ts'
import { writeNewKey } from '#store/key-directory.ts'
import { type Program, run } from '#test/helpers/program.ts'
import { startRedis, type TestRedis } from '#test/helpers/redis.ts'

/** Called at the top of a test file. */
export function federationProcesses() {
  let redis: TestRedis
  let keys: string

  beforeAll(async () => {
    redis = await startRedis()
    keys = await mkdtemp(join(tmpdir(), 'federation-process-'))
    await writeNewKey(keys, await generateSigningKey('ES256'))
  })
  afterAll(async () => {
    await redis.close()
    await rm(keys, { recursive: true })
  })

  return {
    /** A place in the key directory, for files of a test. */
    inKeys: (name: string): string => join(keys, name),

    /** `changes` are variables of the environment. */
    start: (changes: Record<string, string> = {}): Program =>
      run('federation/main.ts', [], {
        environment: {
          TA_DOMAIN: 'https://ta.example',
          REDIS_URL: redis.url,
          KEYS_DIR: keys,
          HOST: '127.0.0.1',
          PORT: '0',
          ...changes,
        },
      }),
  }
}
