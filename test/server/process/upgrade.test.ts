/**
 * Tests an upgrade from the first version: every migration runs on filled tables and keeps their data, and the current
 * code works with it.
 */
import { pino } from 'pino'
import { beforeAll, expect, it } from 'vitest'
import { readKeyStoreSettings } from '#federation/config/key-store.ts'
import { startFederationServer } from '#federation/start.ts'
import { migrate, migrationNames } from '#prisma/migrate.ts'
import { quote } from '#server/backup/tables.ts'
import { connectDatabase } from '#server/database/client.ts'
import { startAdminServer } from '#server/process/start.ts'
import { verifyAuditLog } from '#server/services/audit/verification.ts'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { startDatabase } from '#test/helpers/database.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { freePort } from '#test/helpers/port.ts'
import { startRedis } from '#test/helpers/redis.ts'
import { memberInFile } from '#test/helpers/subordinate.ts'
import { signedIn } from '#test/helpers/visitor.ts'
import { contentOf, copyContent } from './redis-content.ts'
import { columnsByTable, insert, query, type Row, rowsOf } from './version-rows.ts'

const type = 'https://ta.example.org/marks/member'
const silent = pino({ level: 'silent' })

/** The migration that adds the reason of a failed renewal to Trust Marks. */
const REASONS_KEPT_SINCE = '20261125040000_renewal_reasons'
const failOne = `UPDATE "TrustMark" SET "lastError" = 'Its delegation has expired.' WHERE "entityId" = $1`

/** The columns of each table when its rows were written, and those rows. */
const written = new Map<string, { columns: string[]; rows: Row[] }>()

/** The source of the rows: the current product creates them, and an older version gets the columns that it has. */
const admin = adminInFile()
const entity = memberInFile(admin)
const upgraded = inFile(startDatabase)
beforeAll(async () => {
  await fillSource()
  for (const until of await migrationNames()) {
    expect(await migrate(upgraded.url, { until })).toEqual([until])
    await fillNewTables()
    if (until === REASONS_KEPT_SINCE) await query(upgraded, failOne, [entity.id])
  }
})

async function fillSource(): Promise<void> {
  const { db } = admin.server
  // Not with an API key, which earlier versions did not name in the audit log.
  const { mutate } = await signedIn(admin, 'admin')
  const member = { entityId: entity.id, additionalClaims: { note: 'kept' } }
  const { id: subordinateId } = await mutate('registerSubordinate', member, 'id')
  expect(subordinateId).toEqual(expect.any(String))
  await admin.server.publisher.flush(10_000) // the mutation waits for a second only
  await mutate('createTrustMarkType', { type }, 'id')
  const issue = (entityId: string) => mutate('issueTrustMark', { trustMarkType: type, entityId }, 'id')
  const [ours, other] = [await issue(entity.id), await issue('https://other.example.org')]
  await mutate('renewTrustMark', { id: ours.id }, 'id')
  await mutate('revokeTrustMark', { id: other.id, reason: 'left' }, 'id')
  await mutate('updateTrustAnchor', { organizationName: 'Kept' }, 'version')
  const row = await db.subordinate.findUniqueOrThrow({ where: { entityId: entity.id } })
  await db.subordinate.update({
    where: { id: row.id },
    data: { lastError: 'It did not answer.', failingSince: row.lastCheckedAt },
  })
  const user = await db.user.findUniqueOrThrow({ where: { username: 'operator' } })
  const [id, userId, later] = ['one', user.id, new Date(Date.now() + 3_600_000)]
  await db.session.create({ data: { id, token: id, userId, expiresAt: later } })
  await db.twoFactor.create({ data: { id, userId, secret: 'sealed', backupCodes: 'sealed' } })
  const device = {
    publicKey: 'key',
    credentialID: 'id',
    counter: 1,
    deviceType: 'singleDevice',
    backedUp: false,
  }
  await db.passkey.create({ data: { id, userId, ...device } })
  const item = { resource: entity.id, ok: true, message: 'unchanged', at: new Date(), sequence: 1 }
  const run = { kind: 'SUBORDINATES', state: 'SUCCEEDED', startedBy: 'operator', total: 1, done: 1 }
  await db.run.create({ data: { ...run, endedAt: new Date(), items: { create: item } } })
  await db.driftReport.create({ data: { checkedAt: new Date(), missing: 0, unexpected: 0, different: 0 } })
}

/** The migration that adds these tables fills them from other tables. */
const derived = ['AuditHead']

/** A later version renamed some tables. */
const nameNow = (table: string) => table.replace(/^RenewalRun/, 'Run')

/** The rows that the version after this migration would store in its new tables. */
async function fillNewTables(): Promise<void> {
  const present = await columnsByTable(admin.database)
  // A later version removed the others.
  const kept = ([table, columns]: [string, string[]]): [string, string[]] => [
    table,
    columns.filter((column) => present.get(nameNow(table))?.includes(column)),
  ]
  const fresh = [...(await columnsByTable(upgraded))]
    .filter(([table]) => !written.has(nameNow(table)))
    .map(kept)
  const own = fresh.map(([table]) => table).filter((table) => !derived.includes(table))
  for (const table of own) await query(upgraded, `DELETE FROM ${quote(table)}`) // rows that the migration inserted
  for (const [table, columns] of fresh) {
    const rows = await rowsOf(admin.database, nameNow(table), columns)
    written.set(nameNow(table), { columns, rows })
    if (own.includes(table)) await insert(upgraded, table, rows)
  }
}

it('keeps every existing row', async () => {
  const filled = [...written].filter(([, { rows }]) => rows.length > 0).map(([table]) => table)
  const expected = ['Settings', 'Subordinate', 'TrustMarkType', 'TrustMark', 'IssuedTrustMark', 'AuditEvent']
  const access = ['User', 'Account', 'Session', 'Apikey', 'TwoFactor', 'Passkey']
  const work = ['Run', 'RunItem', 'SigningKey', 'Schedule', 'AuditHead', 'DriftReport']
  expect(filled).toEqual(expect.arrayContaining([...expected, ...access, ...work]))
  for (const [table, { columns, rows }] of written) {
    expect([table, await rowsOf(upgraded, table, columns)]).toEqual([table, rows])
  }
})

it.each([
  ['TrustMark', ['id', 'kid', 'subordinateId']],
  ['IssuedTrustMark', ['hash', 'kid']],
  ['Subordinate', ['id', 'failingSince', 'metadataFollowsEntity', 'searchText', 'unnamedAlgorithms']],
  ['RunItem', ['id', 'sequence']],
])('finds out of what is there what a later version also stores: %s', async (table, columns) => {
  expect(await rowsOf(upgraded, table, columns)).toEqual(await rowsOf(admin.database, table, columns))
})

it('dates the failure of a Trust Mark whose last renewal failed to the upgrade', async () => {
  const marks = await rowsOf(upgraded, 'TrustMark', ['lastError', 'failingSince'])
  expect(marks).toHaveLength(2)
  for (const { lastError, failingSince } of marks) expect(failingSince !== null).toBe(lastError !== null)
  expect(marks.filter(({ failingSince }) => failingSince !== null)).toHaveLength(1)
})

it('leaves every byte that the version before published in Redis', async () => {
  const redis = await startRedis()
  await copyContent(admin.redis.client, redis.client)
  const before = await contentOf(redis.client)
  expect(Object.keys(before).length).toBeGreaterThan(5)
  // It had published everything, before the last migration.
  await query(upgraded, 'DELETE FROM "OutboxEntry"')
  const mark = await redis.client.get('inmor:publication_mark')
  await query(upgraded, 'UPDATE "PublisherLease" SET "publicationMark" = $1', [mark])
  const place = { databaseUrl: upgraded.url, redisUrl: redis.url, port: await freePort() }
  const server = await startAdminServer({ ...admin.config, ...place }, silent)
  try {
    await server.publisher.flush(20_000)
    // The registry of anchors comes last.
    await expect.poll(() => redis.client.exists('inmor:anchors')).toBe(1)
    const { 'inmor:anchors': registry, ...after } = await contentOf(redis.client)
    expect(registry).toEqual({ main: JSON.stringify({ entityId: admin.entityId, paused: false }) })
    expect(after).toEqual(before)
  } finally {
    await server.close()
    await redis.close()
  }
})

it('starts with the existing keys, publishes the same statement, and lets all users sign in', async () => {
  const redis = await startRedis()
  const [adminPort, port] = [await freePort(), await freePort()]
  const { config, entityId } = admin
  const adminUrl = `http://127.0.0.1:${adminPort}`
  const place = { databaseUrl: upgraded.url, redisUrl: redis.url, port: adminPort, adminUrl }
  const server = await startAdminServer({ ...config, ...place, trustedOrigins: [adminUrl] }, silent)
  await server.publisher.flush(20_000)
  const federation = await startFederationServer(
    {
      ...readKeyStoreSettings({}),
      entityId,
      redisUrl: redis.url,
      redisKeyPrefix: '',
      allowHttp: true,
      keysDirectory: config.keysDirectory,
      historicalKeysDirectory: config.historicalKeysDirectory,
      host: '127.0.0.1',
      port,
      metricsPort: undefined,
      logLevel: 'silent',
      trustedProxies: false,
      resolveRateLimit: 100,
      fetchPorts: [],
      exportFolder: undefined,
      collectionRateLimit: 100,
      questionRateLimit: 100,
    },
    { logger: silent },
  )
  try {
    const path = `/fetch?${new URLSearchParams({ sub: entity.id })}`
    const [before, now] = await Promise.all([
      fetch(`${entityId}${path}`),
      fetch(`http://127.0.0.1:${port}${path}`),
    ])
    expect(now.status).toBe(200)
    expect(await now.text()).toBe(await before.text())

    const asked = await fetch(`${adminUrl}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': admin.keys.viewer },
      body: JSON.stringify({ query: '{ subordinates { nodes: edges { node { entityId } } } }' }),
    })
    expect(await asked.json()).toMatchObject({
      data: { subordinates: { nodes: [{ node: { entityId: entity.id } }] } },
    })
    const signIn = await fetch(`${adminUrl}/api/auth/sign-in/username`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: adminUrl },
      body: JSON.stringify({ username: 'viewer', password: PASSWORD }),
    })
    expect(signIn.status).toBe(200)
    const db = connectDatabase(upgraded.url)
    expect(await verifyAuditLog(db)).toMatchObject({ fault: null })
    await db.$disconnect()
  } finally {
    await federation.close()
    await server.close()
    await redis.close()
  }
})
