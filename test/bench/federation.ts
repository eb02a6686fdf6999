/** Runs the federation server under load: a separate process on a filled Redis. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { generateSigningKey } from '#core/keys.ts'
import { writeNewKey } from '#store/key-directory.ts'
import { startRedis } from '#test/helpers/redis.ts'
import { entityId, fill } from './fill.ts'
import { launch } from './program.ts'

/** The number of subordinates at which endpoints must reach their targets. */
export const MAIN_SIZE = 10_000

export type Store = Awaited<ReturnType<typeof prepareStore>>

/** What a federation server serves from. */
export async function prepareStore(subordinates: number) {
  const keysDirectory = await mkdtemp(join(tmpdir(), 'bench-'))
  const key = await generateSigningKey('ES256')
  await writeNewKey(keysDirectory, key)
  const redis = await startRedis()
  return {
    redisUrl: redis.url,
    redis: redis.client,
    keysDirectory,
    filled: await fill(redis.client, key, subordinates),
    async close() {
      await redis.close()
      await rm(keysDirectory, { recursive: true })
    },
  }
}

const root = fileURLToPath(new URL('../..', import.meta.url))

/** As the Dockerfile starts it. */
const flagsOfImage = ['--max-semi-space-size=8']

/** Of the image, which keeps compiled code. */
const codeDirectory = join(tmpdir(), 'bench-code')
const compiled = new Set<string>()

/** As the Dockerfile does: without keys, the server loads its code and ends. */
async function compile(folder: string): Promise<void> {
  if (compiled.has(folder)) return
  compiled.add(folder)
  const args = ['--disable-warning=ExperimentalWarning', ...flagsOfImage, join(folder, 'federation/main.ts')]
  const env = {
    PATH: process.env.PATH,
    NODE_COMPILE_CACHE: codeDirectory,
    TA_DOMAIN: entityId,
    KEYS_DIR: '/none',
  }
  await promisify(execFile)(process.execPath, args, { env }).catch(() => undefined)
}

/** @param folder another checkout of this project, for a comparison */
export async function serve(
  { redisUrl, keysDirectory }: Pick<Store, 'redisUrl' | 'keysDirectory'>,
  processes = 1,
  folder = root,
) {
  await compile(folder)
  const environment = {
    TA_DOMAIN: entityId,
    REDIS_URL: redisUrl,
    KEYS_DIR: keysDirectory,
    HOST: '127.0.0.1',
    PORT: '0',
    WEB_CONCURRENCY: String(processes),
    TRUST_PROXY: '127.0.0.1',
    RESOLVE_RATE_LIMIT: '1000000',
    COLLECTION_RATE_LIMIT: '1000000',
    NODE_COMPILE_CACHE: codeDirectory,
  }
  // Each process prints the URL when it listens.
  const ready = new RegExp(`(?:(http://127\\.0\\.0\\.1:\\d+)[^]*?){${processes}}`)
  const program = await launch('federation/main.ts', ready, environment, flagsOfImage, folder)
  return { ...program, url: program.printed[1] ?? '' }
}
