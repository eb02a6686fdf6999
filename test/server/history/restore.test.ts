/** Tests that a restored backup has its history and continues it, and that one without a history begins it. */
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { beforeAll, expect, it, vi } from 'vitest'
import { migrate } from '#prisma/migrate.ts'
import { writeBackup } from '#server/backup/backup.ts'
import { restoreBackup } from '#server/backup/restore.ts'
import { connectDatabase, type Database } from '#server/database/client.ts'
import { kinds } from '#server/publish/history/kind.ts'
import { adminInFile, startSecondAdmin } from '#test/helpers/admin.ts'
import { startDatabase } from '#test/helpers/database.ts'
import { folderInFile, inTest } from '#test/helpers/in-file.ts'
import { patience } from '#test/helpers/patience.ts'
import { memberInFile, register } from '#test/helpers/subordinate.ts'
import { trustMarksOf } from '#test/helpers/trust-mark.ts'
import { keptState, publishedState } from './published-state.ts'

const directory = folderInFile('inmor-history')
const [file, without] = [join(directory, 'backup'), join(directory, 'without')]
const admin = adminInFile()
const [kept, lost] = [memberInFile(admin), memberInFile(admin)]
const { createType, issueOf, change } = trustMarksOf(() => admin)
let madeAt: Date
let before: Record<string, string>

beforeAll(async () => {
  await register(admin, kept)
  const { id } = await register(admin, lost)
  await admin.mutate('updateSubordinate', { id, validFor: 98 }, 'id')
  const { type } = await createType({ statusList: true })
  for (const entityId of [kept.id, 'https://revoked.example.org']) {
    const mark = await issueOf(type, { entityId })
    if (entityId !== kept.id) await change('revoke', mark.id)
  }
  before = await publishedState(admin.redis.client)
  madeAt = new Date()
  await writeBackup(admin.config, file, null)
  const lines = gunzipSync(await readFile(file))
    .toString()
    .trimEnd()
    .split('\n')
  await writeFile(without, withoutHistory(lines))
  await admin.mutate('updateSubordinate', { id, validFor: 99 }, 'id')
  await admin.mutate('removeSubordinate', { id }, '')
})

/** As a version without these tables writes it. */
function withoutHistory(lines: readonly string[]): Buffer {
  const some = lines
    .slice(0, -1)
    .filter((line) => !/^\{"table" : "(PublishedObject|PastObject|ObjectContent|ContentBundle)"/.test(line))
  const sha256 = createHash('sha256')
    .update(some.map((line) => `${line}\n`).join(''))
    .digest('hex')
  const end = JSON.stringify({ end: { rows: some.length - 1, sha256 } })
  return gzipSync(`${[...some, end].join('\n')}\n`)
}

/** A database with a backup, before a server has seen it. */
async function restored(backup: string) {
  const { url } = await inTest(startDatabase())
  await restoreBackup(url, backup, null)
  const db = connectDatabase(url)
  await inTest({ close: () => db.$disconnect() })
  return { url, db }
}

/** A server on that database, and on an empty Redis: with what was published after the backup, withdrawals would stay. */
async function startOn(databaseUrl: string): Promise<Database> {
  await admin.redis.client.flushall()
  const server = await inTest(startSecondAdmin({ ...admin, config: { ...admin.config, databaseUrl } }))
  await server.publisher.flush(20_000)
  await vi.waitFor(async () => expect(await server.db.outboxEntry.count()).toBe(0), patience)
  return server.db
}

/** What was replaced, without what each rebuild signs. */
const pastOf = (db: Database) =>
  db.pastObject.findMany({
    where: { kind: { notIn: [kinds['entity-configuration'], kinds['historical-keys']] } },
  })

const present = () => publishedState(admin.redis.client)

it('has every byte of a backup, and publishes it again without a second current object', async () => {
  await admin.server.publisher.stop() // its database is not the one of the installation any more
  const { url, db } = await restored(file)
  expect(await keptState(db, madeAt)).toEqual(before)
  const replaced = await pastOf(db)
  await startOn(url)
  const now = await present()
  expect(Object.keys(now)).toEqual(expect.arrayContaining(Object.keys(before)))
  expect(await keptState(db, new Date())).toEqual(now)
  expect(await keptState(db, madeAt)).toEqual(before)
  // Only what names a time is signed again: the Entity Configuration and the historical keys.
  const changed = Object.keys(now).filter((name) => now[name] !== before[name])
  expect(changed.map((name) => JSON.parse(name)[0]).sort()).toEqual([
    'entity-configuration',
    'historical-keys',
  ])
  expect(await pastOf(db)).toEqual(replaced)
})

it('ends what the database does not have any more', async () => {
  const { url, db } = await restored(file)
  await db.subordinate.delete({ where: { entityId: lost.id } })
  await db.trustMark.updateMany({ where: { entityId: kept.id }, data: { active: false } })
  await db.issuedTrustMark.updateMany({ data: { revokedAt: null } })
  await startOn(url)
  const now = await present()
  expect(await keptState(db, new Date())).toEqual(now)
  expect(Object.keys(now).filter((name) => /statement|trust-mark|revocation/.test(name))).toEqual([
    JSON.stringify(['statement', kept.id, '']),
  ])
})

it('begins where a backup has none', async () => {
  const { url, db } = await restored(without)
  expect(await keptState(db, madeAt)).toEqual({})
  await startOn(url)
  expect(await keptState(db, new Date())).toEqual(await present())
  expect(await pastOf(db)).toEqual([])
})

it('begins with the first start after an upgrade', async () => {
  const { url } = await inTest(startDatabase())
  await migrate(url, { until: '20261201000000_status_lists' })
  const db = connectDatabase(url)
  await inTest({ close: () => db.$disconnect() })
  await db.$executeRaw`UPDATE "PublisherLease" SET "publicationMark" = 'published'`
  await db.$executeRaw`DELETE FROM "OutboxEntry"`
  await migrate(url)
  expect(await db.outboxEntry.findMany({ select: { topic: true } })).toEqual([{ topic: 'everything' }])
  await startOn(url)
  expect(await keptState(db, new Date())).toEqual(await present())
})
