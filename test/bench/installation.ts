/** Starts the admin server as a separate process, on a fresh database and an empty Redis. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { ENTITY_STATEMENT_TYP } from '#core/entity-statement/index.ts'
import { signJwt } from '#core/jws.ts'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { readKeyStoreSettings } from '#federation/config/key-store.ts'
import { createKeyStores } from '#federation/key-store/stores.ts'
import { migrate } from '#prisma/migrate.ts'
import { type AdminClient, createAdminClient } from '#server/demo/admin-client.ts'
import { generateKey } from '#store/key-generation.ts'
import { startDatabase } from '#test/helpers/database.ts'
import { freePort } from '#test/helpers/port.ts'
import { startRedis } from '#test/helpers/redis.ts'
import { entityId, relyingParty } from './fill.ts'
import { launch, type Program, until } from './program.ts'

/** As the image of the admin server starts it. */
const flagsOfImage = ['--heap-growing-percent=50']

export type Installation = Awaited<ReturnType<typeof prepareInstallation>>

/** Migrated but not started, to insert rows first. `environment`: also says where its key is created. */
export async function prepareInstallation(environment: Record<string, string> = {}) {
  const [database, redis, port] = await Promise.all([startDatabase(), startRedis(), freePort()])
  await migrate(database.url)
  const keysDirectory = await mkdtemp(join(tmpdir(), 'bench-'))
  const stores = createKeyStores(readKeyStoreSettings(environment))
  const request = { alg: 'ES256', store: stores.preferred } as const
  const { kid } = await generateKey(stores, keysDirectory, request).finally(stores.close)
  const adminUrl = `http://127.0.0.1:${port}`
  const pool = new pg.Pool({ connectionString: database.url })
  let program: Program | undefined
  const variables = {
    ...environment,
    TA_DOMAIN: entityId,
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    ADMIN_URL: adminUrl,
    PORT: String(port),
    KEYS_DIR: keysDirectory,
  }
  return {
    databaseUrl: database.url,
    redis: redis.client,
    redisUrl: redis.url,
    adminUrl,
    keysDirectory,
    /** Of its signing key. */
    kid,
    async query(sql: string, values: unknown[] = []) {
      return (await pool.query(sql, values)).rows
    },
    /** Also again, after the program has ended. */
    async start(): Promise<Program> {
      program = await launch('test/bench/admin.ts', /ready/, variables, flagsOfImage)
      return program
    },
    /** Of the program that runs; `key`: one that was made before. */
    openAdmin: async (key?: string) => createAdminClient(adminUrl, key ?? String(await program?.ask('key'))),
    async close() {
      await program?.end()
      await pool.end()
      await redis.close()
      await database.close()
      await rm(keysDirectory, { recursive: true })
    },
  }
}

/** Nothing runs but what is measured, also while a preparation takes minutes. */
export const stopSchedules = ({ query }: Installation) => query(`UPDATE "Schedule" SET "enabled" = false`)

/** As registrations store them; all share one configuration, because publishing only copies it. */
export async function insertSubordinates(
  { query }: Installation,
  count: number,
  base = 'https://rp.example/',
  schema = 'public',
): Promise<void> {
  const { metadata, jwks, configuration, expiresAt } = await signExample()
  await query(
    `INSERT INTO "${schema}"."Subordinate" ("entityId", "entityTypes", "metadata", "jwks", "entityConfiguration",
       "entityConfigurationExpiresAt", "lastCheckedAt")
     SELECT $6 || n, '{openid_relying_party}', $1, $2, $3, $4, now()
     FROM generate_series(1, $5::int) AS n`,
    [metadata, jwks, configuration, expiresAt, count, base],
  )
}

/** The Entity Configuration of a Relying Party, and what it holds. */
export async function signExample() {
  const key = await generateSigningKey('ES256')
  const iat = Math.floor(Date.now() / 1000)
  const exp = iat + 365 * 86_400
  const claims = relyingParty('https://rp.example.org', { keys: [toPublicJwk(key)] }, { iat, exp })
  const configuration = await signJwt(claims, { key, typ: ENTITY_STATEMENT_TYP })
  return { metadata: claims.metadata, jwks: claims.jwks, configuration, expiresAt: new Date(exp * 1000) }
}

export async function startEntities(): Promise<Program & { url: string }> {
  const program = await launch('test/bench/entities.ts', /http:\S+/)
  return { ...program, url: program.printed[0] }
}

/** Milliseconds from the request until it is published. */
export async function timeChange(make: () => Promise<unknown>, isPublished: () => Promise<boolean>) {
  const begun = performance.now()
  await Promise.all([make(), until(isPublished, 2)])
  return performance.now() - begun
}

/** @throws Error with the message of a refusal */
export async function mutate(admin: AdminClient, name: string, input: object, noun: string, fields = 'id') {
  const Type = `${name[0]?.toUpperCase()}${name.slice(1)}`
  const { result } = await admin<{ result: { value?: { id: string }; message?: string } }>(
    `mutation ($input: ${Type}Input!) {
       result: ${name}(input: $input) { ... on ${Type}Success { value: ${noun} { ${fields} } } ... on Error { message } } }`,
    { input },
  )
  if (!result.value) throw new Error(`${name}: ${result.message}`)
  return result.value
}

export async function doneOf(admin: AdminClient, id: string): Promise<{ state: string; done: number }> {
  const query = 'query ($id: ID!) { run(id: $id) { state done } }'
  return (await admin<{ run: { state: string; done: number } }>(query, { id })).run
}

export const isUnderWay = async (admin: AdminClient, id: string) =>
  ['QUEUED', 'RUNNING'].includes((await doneOf(admin, id)).state)

/** How it ended, looked at so many milliseconds apart. */
export async function endOf(admin: AdminClient, id: string, pause?: number): ReturnType<typeof doneOf> {
  await until(async () => !(await isUnderWay(admin, id)), pause)
  return doneOf(admin, id)
}
