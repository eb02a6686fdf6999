/** The fire drill of docs/guide/survive.md: the site is gone, and nothing is left but a mirror and a copy of the keys. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { decodeJwt } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { buildEntityConfiguration, ENTITY_STATEMENT_TYP } from '#core/entity-statement/index.ts'
import { signJwt } from '#core/jws.ts'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { adminInFile, startSecondAdmin } from '#test/helpers/admin.ts'
import { startCopy } from '#test/helpers/database.ts'
import { startEntity } from '#test/helpers/entity.ts'
import { folderInFile, inFile, inTest } from '#test/helpers/in-file.ts'
import { inmor } from '#test/helpers/product.ts'
import { run } from '#test/helpers/program.ts'
import { startRedis } from '#test/helpers/redis.ts'
import { withUsers } from '#test/helpers/users.ts'
import { serveFolder } from '../federation/mirror/mirrored.ts'

const type = 'https://ta.example.org/marks/member'
const policy = { openid_relying_party: { client_name: { value: 'Changed by policy' } } }

const lost = adminInFile()
const directory = folderInFile('survive')
const [exported, mirror] = [join(directory, 'export'), join(directory, 'mirror')]
const source = inFile(() => serveFolder(exported))
const entities = inFile(async () => {
  const metadata = { openid_relying_party: { redirect_uris: ['https://rp.example.org/cb'] } }
  const start = () => startEntity({ metadata, authorityHints: [lost.entityId] })
  const all = [await start(), await start()] as const
  return { all, close: () => Promise.all(all.map((entity) => entity.close())) }
})
const database = inFile(() => startCopy(withUsers))
const redis = inFile(() => startRedis())

/** The new installation, which is empty. */
inFile(() => startSecondAdmin(lost, { databaseUrl: database.url, redisUrl: redis.url }))

const environmentOf = (databaseUrl: string, redisUrl: string) => ({
  TA_DOMAIN: lost.entityId,
  DATABASE_URL: databaseUrl,
  REDIS_URL: redisUrl,
  KEYS_DIR: lost.config.keysDirectory,
  AUTH_SECRET: lost.config.authSecret,
  ALLOW_HTTP: 'true',
})
const command = (...args: string[]) => inmor({ environment: environmentOf(database.url, redis.url) }, args)

beforeAll(async () => {
  await lost.mutate('updateTrustAnchor', { organizationName: 'Example Federation' }, 'version', 'admin')
  await lost.mutate('updateFederationPolicy', { metadataPolicy: policy }, 'version', 'admin')
  for (const { id } of entities.all) await lost.mutate('registerSubordinate', { entityId: id }, 'id')
  await lost.mutate('createTrustMarkType', { type, statusList: true }, 'id')
  const issue = (entityId: string) => lost.mutate('issueTrustMark', { trustMarkType: type, entityId }, 'id')
  await issue(entities.all[0].id)
  const { id } = await issue(entities.all[1].id)
  await lost.mutate('revokeTrustMark', { id }, 'id')
})

/** A configuration of that anchor with a key that it never had. */
async function signForged(entityId: string): Promise<string> {
  const key = await generateSigningKey('ES256')
  const iat = Math.floor(Date.now() / 1000)
  const keys = { keys: [toPublicJwk(key)] }
  const claims = buildEntityConfiguration({
    entityId,
    iat,
    exp: iat + 600,
    keys,
    metadata: { federation_entity: {} },
  })
  return signJwt(claims, { key, typ: ENTITY_STATEMENT_TYP })
}

/** Without the times of statements, which are signed again; a mark stays as it is. */
async function readPublished(client: Redis) {
  const claimsOf = (jwt: string) => {
    const { iat: _, exp: __, ...lasting } = decodeJwt(jwt)
    return lasting
  }
  const statements = await client.hgetall('inmor:subordinates')
  return {
    configuration: claimsOf((await client.get('inmor:entity_id')) ?? ''),
    statements: Object.fromEntries(Object.entries(statements).map(([id, jwt]) => [id, claimsOf(jwt)])),
    marks: await client.hgetall(`inmor:tm:${entities.all[0].id}`),
    lists: await client.hgetall('inmor:status_lists'),
    bits: (await client.getBuffer('inmor:status_list:1'))?.toString('base64'),
  }
}

test('a mirror has everything, and answers when the site is gone', async () => {
  const environment = environmentOf('', lost.redis.url)
  const exporter = run('federation/export/main.ts', [exported, '--once'], { environment })
  expect((await exporter.ended).code, exporter.output()).toBe(0)
  const pulled = await command('mirror', source.url, mirror, '--once', '--allow-http')
  expect(pulled.code, pulled.stderr).toBe(0)
  await rm(exported, { recursive: true })
  for (const { id } of entities.all) {
    const { stdout, stderr } = await command('resolve', id, '--from', mirror)
    expect(stdout, stderr).toContain('Changed by policy')
  }
})

test('an empty installation with the same keys gets back what is public', async () => {
  const dry = await command('import', '--mirror', mirror, '--dry-run')
  expect(dry.stdout, dry.stderr).toContain('Nothing was changed.')
  const { code, stdout, stderr } = await command('import', '--mirror', mirror)
  expect(code, stdout + stderr).toBe(0)
  expect(stdout).toMatch(/0 in conflict, 0 failed\. Everything is published\./)
  const [was, is] = await Promise.all([lost.redis.client, redis.client].map(readPublished))
  expect(is).toEqual(was)
  expect(Object.keys(is?.lists ?? {})).toEqual(['1'])
  const bits = Buffer.from(is?.bits ?? '', 'base64').subarray(0, -1)
  expect(bits.reduce((count, byte) => count + (byte === 0 ? 0 : 1), 0)).toBe(1)
})

test('without admin, the import ends soon, and says who publishes', async () => {
  const empty = await inTest(startCopy(withUsers))
  const environment = environmentOf(empty.url, redis.url)
  const { code, stdout, stderr } = await inmor({ environment }, ['import', '--mirror', mirror])
  expect(code, stderr).toBe(0)
  expect(stdout).toMatch(/0 in conflict, 0 failed\. The server publishes it when it starts\./)
})

test('the same import again changes nothing', async () => {
  const { code, stdout } = await command('import', '--mirror', mirror)
  expect(code).toBe(0)
  expect(stdout).toMatch(/0 imported, \d+ unchanged, 0 in conflict, 0 failed/)
})

test('a new mark gets an entry of a new list, and a rebuild keeps the revoked ones', async () => {
  const before = await readPublished(redis.client)
  const issued = await command('mark', 'issue', '--trust-mark-type', type, '--entity-id', entities.all[1].id)
  expect(issued.code, issued.stderr).toBe(0)
  const mark = await redis.client.hget(`inmor:tm:${entities.all[1].id}`, type)
  expect(decodeJwt(mark ?? '').status).toMatchObject({
    status_list: { uri: `${lost.entityId}/status_list/2` },
  })
  const rebuilt = await command('publication', 'rebuild')
  expect(rebuilt.code, rebuilt.stderr).toBe(0)
  const { bits, lists } = await readPublished(redis.client)
  expect(bits).toBe(before.bits)
  expect(Object.keys(lists).sort()).toEqual(['1', '2'])
})

test('the files of another anchor with the same identifier are refused', async () => {
  const forged = join(directory, 'forged')
  const configuration = await signForged(lost.entityId)
  await mkdir(join(forged, '.well-known'), { recursive: true })
  await writeFile(join(forged, '.well-known/openid-federation'), configuration)
  expect(await command('import', '--mirror', forged)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('not one of its issuer'),
  })
})

test('a folder without a mirror, or two sources, are refused with the reason', async () => {
  expect(await command('import', '--mirror', directory)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Name the folder of a mirror or an export.'),
  })
  expect(await command('import', '--mirror', mirror, '--redis', redis.url)).toMatchObject({ code: 2 })
})
