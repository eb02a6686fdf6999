/** Starts the admin server as a separate process, on a fresh database and an empty Redis. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readKeyStoreSettings } from '#federation/config/key-store.ts'
import { createKeyStores } from '#federation/key-store/stores.ts'
import { migrate } from '#prisma/migrate.ts'
import { generateKey } from '#store/key-generation.ts'
import { startDatabase } from '#test/helpers/database.ts'
import { freePort } from '#test/helpers/port.ts'
import { startRedis } from '#test/helpers/redis.ts'
import { launch, type MeasuredProgram } from './program.ts'

export type Installation = {
  adminUrl: string
  entityId: string
  databaseUrl: string
  redisUrl: string
  keysDirectory: string
  /** Of its signing key. */
  kid: string
  /** Also again, after the program has ended. */
  start(): Promise<MeasuredProgram>
  close(): Promise<void>
}

/** As the image of the admin server starts it. */
const flagsOfImage = ['--heap-growing-percent=50']

/** Migrated but not started, to insert rows first. `environment`: also says where its key is created. */
export async function prepareInstallation(environment: Record<string, string> = {}): Promise<Installation> {
  const [database, redis, port] = await Promise.all([startDatabase(), startRedis(), freePort()])
  await migrate(database.url)
  const directory = await mkdtemp(join(tmpdir(), 'bench-'))
  const stores = createKeyStores(readKeyStoreSettings(environment))
  const request = { alg: 'ES256', store: stores.preferred } as const
  const { kid } = await generateKey(stores, directory, request).finally(stores.close)
  const adminUrl = `http://127.0.0.1:${port}`
  const entityId = 'https://ta.example'
  let program: MeasuredProgram | undefined
  return {
    adminUrl,
    entityId,
    databaseUrl: database.url,
    redisUrl: redis.url,
    keysDirectory: directory,
    kid,
    async start() {
      program = launch(
        'test/bench/admin.ts',
        {
          ...environment,
          TA_DOMAIN: entityId,
          DATABASE_URL: database.url,
          REDIS_URL: redis.url,
          ADMIN_URL: adminUrl,
          PORT: String(port),
          KEYS_DIR: directory,
        },
        flagsOfImage,
      )
      await program.printed(/ready/)
      return program
    },
    async close() {
      await program?.end()
      await redis.close()
      await database.close()
      await rm(directory, { recursive: true })
    },
  }
}
