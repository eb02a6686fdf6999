/** Tests backup and restore between two databases: everything is restored, or nothing. */
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import pg from 'pg'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { migrate, migrationNames } from '#prisma/migrate.ts'
import { writeBackup } from '#server/backup/backup.ts'
import { restoreBackup } from '#server/backup/restore.ts'
import { connectDatabase } from '#server/database/client.ts'
import { verifyAuditLog } from '#server/services/audit/verification.ts'
import { adminInFile, startSecondAdmin } from '#test/helpers/admin.ts'
import { startDatabase, type TestDatabase } from '#test/helpers/database.ts'
import { relyingParty, startEntity } from '#test/helpers/entity.ts'
import { folderInFile, inFile, inTest } from '#test/helpers/in-file.ts'
import { startRedis } from '#test/helpers/redis.ts'
import { register } from '#test/helpers/subordinate.ts'

const PASSPHRASE = 'correct horse battery staple'
const sealedByFirstVersion = fileURLToPath(new URL('fixture/backup-0.1.0', import.meta.url))
const type = 'https://ta.example.org/marks/member'

const directory = folderInFile('inmor-backup')
const [plain, sealed] = [join(directory, 'plain'), join(directory, 'sealed')]
let counts: Record<string, number>

const admin = adminInFile()
beforeAll(async () => {
  const entity = await startEntity({ metadata: relyingParty, authorityHints: [admin.entityId] })
  await register(admin, entity, { additionalClaims: { note: 'Zürich "quoted" \\ \n' } })
  await entity.close()
  await admin.mutate('createTrustMarkType', { type, statusList: true }, 'id')
  const { id } = await admin.mutate('issueTrustMark', { trustMarkType: type, entityId: entity.id }, 'id')
  await admin.mutate('revokeTrustMark', { id, reason: 'left' }, 'id')
  await admin.mutate('announceMirror', { url: 'http://127.0.0.1:1' }, 'id', 'admin')
  await admin.server.db.mirror.updateMany({ data: { number: 2n ** 40n } })
  counts = (await writeBackup(admin.config, plain, null)).tables
  await writeBackup(admin.config, sealed, PASSPHRASE)
})

async function query({ url }: Pick<TestDatabase, 'url'>, statement: string) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}
const rowsOf = (database: Pick<TestDatabase, 'url'>, table: string) =>
  query(database, `SELECT to_json(t)::text AS row FROM "${table}" t ORDER BY 1`)

async function emptyDatabase(): Promise<TestDatabase> {
  const database = await inTest(startDatabase())
  return database
}

describe('a restored database', () => {
  const database = inFile(startDatabase)
  beforeAll(() => restoreBackup(database.url, sealed, PASSPHRASE))

  it('has every row unchanged', async () => {
    const [all, none] = [Object.keys(counts), ['Session', 'Run', 'OutboxEntry', '_prisma_migrations']]
    const content = [
      'Settings',
      'Subordinate',
      'TrustMark',
      'IssuedTrustMark',
      'StatusList',
      'Mirror',
      'AuditEvent',
      'User',
      'Apikey',
      'SigningKey',
    ]
    expect(all).toEqual(expect.arrayContaining(content))
    expect(all.filter((table) => none.includes(table))).toEqual([])
    for (const table of all) {
      expect(await rowsOf(database, table)).toEqual(await rowsOf(admin.database, table))
      expect(counts[table]).toBe((await rowsOf(database, table)).length)
    }
  })

  it('has a verifiable audit log', async () => {
    const db = connectDatabase(database.url)
    onTestFinished(() => db.$disconnect())
    expect(await verifyAuditLog(db)).toMatchObject({ checked: counts.AuditEvent, fault: null })
  })

  it('is published unchanged by the next server, with higher sequence numbers', async () => {
    const redis = await inTest(startRedis())
    const config = { ...admin.config, databaseUrl: database.url, redisUrl: redis.url }
    const server = await inTest(startSecondAdmin({ ...admin, config }))
    await server.publisher.flush(20_000)
    for (const key of [
      'inmor:subordinates',
      'inmor:subordinates:jwt',
      'inmor:tm:status',
      'inmor:status_lists',
    ]) {
      expect(await redis.client.hgetall(key)).toEqual(await admin.redis.client.hgetall(key))
    }
    const bits = 'inmor:status_list:1'
    expect(await redis.client.getBuffer(bits)).toEqual(await admin.redis.client.getBuffer(bits))
    expect(await redis.client.bitcount(bits)).toBe(2) // the mark, and the bit past the last entry
    expect(await redis.client.smembers('inmor:tm:alltime')).toEqual(
      await admin.redis.client.smembers('inmor:tm:alltime'),
    )
    const last = await server.db.trustMarkType.findFirstOrThrow({ orderBy: { id: 'desc' } })
    const made = await server.db.trustMarkType.create({ data: { type: `${type}/other` } })
    expect(made.id).toBe(last.id + 1)
  })
})

it('fits in one file that only its owner can read, without plain keys and passwords', async () => {
  expect((await stat(sealed)).mode & 0o777).toBe(0o600)
  expect((await readdir(directory)).sort()).toEqual(['plain', 'sealed'])
  const text = gunzipSync(await readFile(plain)).toString()
  const { d } = JSON.parse(await readFile(join(admin.config.keysDirectory, 'private.json'), 'utf8'))
  expect(text).toContain(type)
  expect(text).not.toContain(d)
  expect((await readFile(sealed)).includes(Buffer.from(type))).toBe(false)
})

it('accepts a prepared, unused database and no other', async () => {
  const database = await emptyDatabase()
  await migrate(database.url)
  await restoreBackup(database.url, plain, null)
  const { AuditEvent } = counts
  await expect(restoreBackup(database.url, plain, null)).rejects.toThrow(/is not empty: \w+ has rows\./)
  expect(await rowsOf(database, 'AuditEvent')).toHaveLength(Number(AuditEvent))
})

/** A file with changed lines of the plain backup. */
const repacked = async (change: (lines: string[]) => string[]) => {
  const lines = gunzipSync(await readFile(plain))
    .toString()
    .trimEnd()
    .split('\n')
  return gzipSync(`${change(lines).join('\n')}\n`)
}
const flip = (bytes: Buffer, at: number) => Buffer.from(bytes.with(at, (bytes[at] ?? 0) ^ 1))

type Fault = [what: string, make: () => Promise<Buffer>, passphrase: string | null, sentence: RegExp]

/** Of an encrypted file, in either format. */
const sealedFaults = (name: string, read: () => Promise<Buffer>): Fault[] => [
  [`${name} with another passphrase`, read, 'not this one at all', /passphrase is wrong, or .* altered/],
  [`${name} without a passphrase`, read, null, /is encrypted\. Give its passphrase/],
  [`${name} cut off in its head`, async () => (await read()).subarray(0, 20), PASSPHRASE, /cut off/],
  [`${name} cut off at its end`, async () => (await read()).subarray(0, -1), PASSPHRASE, /cut off/],
  [`${name} with a bit changed`, async () => flip(await read(), 2000), PASSPHRASE, /altered/],
  [
    `${name} with a byte after its end`,
    async () => Buffer.concat([await read(), Buffer.from('x')]),
    PASSPHRASE,
    /altered/,
  ],
]

const faults: Fault[] = [
  ...sealedFaults('an encrypted file', () => readFile(sealed)),
  ...sealedFaults('an encrypted file of 0.1.0', () => readFile(sealedByFirstVersion)),
  ['a passphrase for a file that has none', () => readFile(plain), PASSPHRASE, /is not encrypted/],
  ['no backup at all', async () => Buffer.from('{"hello": "world"}'), null, /is not a backup/],
  [
    'another document',
    async () => gzipSync('{"hello": "world"}\n'),
    null,
    /cannot read this file as a backup/,
  ],
  ['an empty file', async () => Buffer.alloc(0), null, /is not a backup/],
  ['a plain one cut off', async () => (await readFile(plain)).subarray(0, -30), null, /cut off/],
  ['a plain one with a bit changed', async () => flip(await readFile(plain), 1500), null, /altered/],
  [
    'a plain file without a row',
    () => repacked((lines) => lines.filter((_, index) => index !== 3)),
    null,
    /altered/,
  ],
  [
    'a plain file with an invalid time',
    () => repacked((lines) => lines.map((line) => line.replace(/"createdAt":"[^"]+"/, '"createdAt":"soon"'))),
    null,
    /altered: a row of \w+ does not fit/,
  ],
  ['a plain one without its end', () => repacked((lines) => lines.slice(0, -1)), null, /its end is missing/],
  [
    'a file of a newer version',
    () =>
      repacked((lines) => [
        (lines[0] ?? '').replace(/"migration":"\d+/, '"migration":"2999'),
        ...lines.slice(1),
      ]),
    null,
    /newer or an unreleased version made this backup \(2999/,
  ],
]

describe('refused', () => {
  const database = inFile(startDatabase)

  it.each(faults)('is %s, and the database stays empty', async (_what, make, passphrase, sentence) => {
    const file = join(directory, 'faulty')
    await writeFile(file, await make())
    onTestFinished(() => rm(file))
    await expect(restoreBackup(database.url, file, passphrase)).rejects.toThrow(sentence)
    const tables = await query(database, `SELECT 1 FROM pg_tables WHERE schemaname = 'public'`)
    if (tables.length > 0) expect(await rowsOf(database, 'Subordinate')).toEqual([])
  })

  it('is a missing file', async () => {
    const file = join(directory, 'nowhere')
    await expect(restoreBackup(database.url, file, null)).rejects.toThrow(`${file} cannot be read (ENOENT).`)
  })
})

it('restores a backup that 0.1.0 encrypted', async () => {
  const database = await emptyDatabase()
  const { tables } = await restoreBackup(database.url, sealedByFirstVersion, PASSPHRASE)
  expect(tables).toMatchObject({ TrustMark: 1, TrustMarkType: 1 })
  expect(await query(database, 'SELECT "entityId" FROM "TrustMark"')).toEqual([
    { entityId: 'https://rp.example.org' },
  ])
})

it('restores a backup of an older version, and migrates it', async () => {
  const names = await migrationNames()
  const older = await emptyDatabase()
  await migrate(older.url, { until: names[0] ?? '' })
  await query(older, `UPDATE "Settings" SET "organizationName" = 'Kept'`)
  const file = join(directory, 'older')
  await writeBackup({ databaseUrl: older.url, entityId: admin.entityId }, file, null)
  onTestFinished(() => rm(file))
  const database = await emptyDatabase()
  const { migrated } = await restoreBackup(database.url, file, null)
  expect(migrated).toEqual(names.slice(1))
  expect(await query(database, 'SELECT "organizationName" FROM "Settings"')).toEqual([
    { organizationName: 'Kept' },
  ])
})
