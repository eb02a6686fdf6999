/** Runs the federation server as separate processes for one test file, with its own Redis and key directory. */
import { join } from 'node:path'
import { beforeAll } from 'vitest'
import { generateSigningKey } from '#core/keys.ts'
import { writeNewKey } from '#store/key-directory.ts'
import { folderInFile, inFile } from '#test/helpers/in-file.ts'
import { type Program, run } from '#test/helpers/program.ts'
import { startRedis } from '#test/helpers/redis.ts'

/** Called at the top of a test file. */
export function federationProcesses() {
  const redis = inFile(startRedis)
  const keys = folderInFile('federation-process')
  beforeAll(async () => void (await writeNewKey(keys, await generateSigningKey('ES256'))))

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
