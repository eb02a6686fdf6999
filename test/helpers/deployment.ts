/** Starts federation servers, admin servers and workers as separate processes, on one database and one Redis. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateSigningKey } from '#core/keys.ts'
import { createAccounts } from '#server/auth/accounts.ts'
import { createAuth } from '#server/auth/auth.ts'
import { systemClock } from '#server/clock.ts'
import { readServerConfig } from '#server/config/config.ts'
import { connectDatabase, type Database } from '#server/database/client.ts'
import { type AdminClient, createAdminClient } from '#server/demo/admin-client.ts'
import { cliCaller } from '#server/identity/caller.ts'
import { writeNewKey } from '#store/key-directory.ts'
import { freePort } from '#test/helpers/port.ts'
import { type Program, run } from '#test/helpers/program.ts'
import { startRedis, type TestRedis } from '#test/helpers/redis.ts'
import { type RestartableDatabase, startRestartableDatabase } from '#test/helpers/restartable-database.ts'

const ENTITY_ID = 'http://127.0.0.1:9/trust-anchor'

export type Deployment = {
  /** Of the Trust Anchor; its federation servers answer elsewhere. */
  entityId: string
  /** Where each federation server answers. */
  tas: string[]
  database: RestartableDatabase
  /** For queries of the test. */
  db: Database
  redis: TestRedis
  /** Each is a process with its own GraphQL API. */
  admins: { program: Program; url: string; ask: AdminClient }[]
  workers: Program[]
  /** All processes. */
  programs: Program[]
  /** The environment of all processes. */
  environment: Readonly<Record<string, string>> & { KEYS_DIR: string }
  /** The key of an administrator, valid at every admin server. */
  apiKey: string
  close(): Promise<void>
}

type Size = { admins: number; workers: number; tas?: number }

/** Services to use instead of the defaults, closed with the rest, and additional variables. */
type Services = {
  redis?: () => Promise<TestRedis>
  redisPrefix?: string
  database?: () => Promise<RestartableDatabase>
  /** In addition to the common variables. */
  environment?: Record<string, string>
}

export async function startDeployment(size: Size, services: Services = {}): Promise<Deployment> {
  const openDatabase = services.database ?? startRestartableDatabase
  const [database, redis] = await Promise.all([openDatabase(), (services.redis ?? startRedis)()])
  const keys = await mkdtemp(join(tmpdir(), 'inmor-keys-'))
  await writeNewKey(keys, await generateSigningKey('ES256'))
  const environment = {
    TA_DOMAIN: ENTITY_ID,
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    REDIS_KEY_PREFIX: services.redisPrefix ?? '',
    KEYS_DIR: keys,
    AUTH_SECRET: 'a secret of these tests that nobody else would use',
    ALLOW_HTTP: 'true',
    WORKER: 'external',
    HOST: '127.0.0.1',
    ...services.environment,
  }
  const startAdmin = async () => {
    const port = String(await freePort())
    const url = `http://127.0.0.1:${port}`
    const program = run('server/main.ts', [], { environment: { ...environment, PORT: port, ADMIN_URL: url } })
    await program.printed(/the admin server is ready/)
    return { program, url }
  }
  // The first one alone: PGlite is one session, so its locks do not prevent two simultaneous migrations.
  const programs = [await startAdmin()]
  programs.push(...(await Promise.all(Array.from({ length: size.admins - 1 }, startAdmin))))
  const workers = await Promise.all(
    Array.from({ length: size.workers }, async () => {
      const program = run('server/worker.ts', [], { environment })
      await program.printed(/the worker is ready/)
      return program
    }),
  )
  const tas = Array.from({ length: size.tas ?? 0 }, () =>
    run('federation/main.ts', [], { environment: { ...environment, PORT: '0' } }),
  )
  const urls = tas.map(async (ta) => (await ta.printed(/http:\/\/127\.0\.0\.1:\d+/))[0])
  const db = connectDatabase(database.url)
  // Schedules would start runs during a test that counts them.
  await db.schedule.updateMany({ data: { enabled: false } })
  const auth = createAuth(db, readServerConfig(environment), systemClock)
  const accounts = createAccounts({ db, auth, now: systemClock })
  const caller = cliCaller('test')
  await accounts.createUser(caller, { username: 'admin', password: 'correct horse battery', role: 'admin' })
  const { key } = await accounts.createApiKey(caller, { username: 'admin', keyName: 'test' })
  const all = [...programs.map(({ program }) => program), ...workers, ...tas]
  return {
    entityId: ENTITY_ID,
    tas: await Promise.all(urls),
    database,
    db,
    redis,
    admins: programs.map(({ program, url }) => ({ program, url, ask: createAdminClient(url, key) })),
    workers,
    apiKey: key,
    programs: all,
    environment,
    async close() {
      for (const program of all) program.kill('SIGKILL')
      await Promise.all(all.map(({ ended }) => ended))
      await db.$disconnect()
      await Promise.all([database.close(), redis.close()])
      await rm(keys, { recursive: true })
    },
  }
}
