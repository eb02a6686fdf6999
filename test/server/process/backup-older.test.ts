/** Tests that backups whose anchors lack a migration are restored, and migrated afterwards. */
import { join } from 'node:path'
import pg from 'pg'
import { beforeAll, expect, it } from 'vitest'
import { createAnchorTables, FIRST_INSTALLATION, schemaOf } from '#prisma/anchor-schema.ts'
import { migrate, migrationNames } from '#prisma/migrate.ts'
import { writeBackup } from '#server/backup/backup.ts'
import { restoreBackup } from '#server/backup/restore.ts'
import { restoreAnchor } from '#server/backup/restore-anchor.ts'
import { startDatabase } from '#test/helpers/database.ts'
import { folderInFile } from '#test/helpers/in-file.ts'
import { emptyStore, entityId, type Store } from './backup-store.ts'

const testId = `${entityId}/test`

const directory = folderInFile('inmor-backup')
const [whole, one] = [join(directory, 'whole'), join(directory, 'one')]

beforeAll(async () => {
  const { url, close } = await startDatabase()
  await migrate(url, { until: FIRST_INSTALLATION })
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const names = (await migrationNames()).filter((name) => name <= FIRST_INSTALLATION)
  await client.query('BEGIN')
  const migration = await createAnchorTables((sql) => client.query(sql), 'test', names)
  await client.query('INSERT INTO "Anchor" ("slug", "entityId", "migration") VALUES ($1, $2, $3)', [
    'test',
    testId,
    migration,
  ])
  for (const schema of ['public', schemaOf('test')])
    await client.query(
      `INSERT INTO "${schema}"."Subordinate"
         ("entityId", "metadata", "jwks", "entityConfiguration", "entityConfigurationExpiresAt", "lastCheckedAt")
       VALUES ('https://rp.example.org', '{}', '{}', '', now(), now())`,
    )
  await client.query('COMMIT')
  await client.end()
  await writeBackup({ databaseUrl: url, entityId }, whole, null)
  await writeBackup({ databaseUrl: url, entityId }, one, null, 'test')
  await close()
})

/** The anchor has its member, and all that this version adds. */
async function expectCurrent({ of }: Store, slug: string): Promise<void> {
  const db = of(slug)
  const { id, organizationId } = await db.subordinate.findFirstOrThrow({
    where: { entityId: 'https://rp.example.org' },
  })
  expect(organizationId).toBeNull()
  const organization = await db.organization.create({ data: { name: slug, homeSlug: slug } })
  expect(await db.organization.count()).toBe(0) // not admitted yet
  await db.organizationAnchor.create({ data: { organizationId: organization.id, anchorSlug: slug } })
  await db.subordinate.update({ where: { id }, data: { organizationId: organization.id } })
  expect(await db.organization.findMany({ include: { subordinates: true } })).toMatchObject([
    { name: slug, subordinates: [{ entityId: 'https://rp.example.org' }] },
  ])
}

it('restores the installation', async () => {
  const target = await emptyStore()
  const { migrated } = await restoreBackup(target.source.databaseUrl, whole, null)
  expect(migrated.length).toBeGreaterThan(0)
  for (const slug of ['main', 'test']) await expectCurrent(target, slug)
})

it.each([
  ['one anchor from its own backup', () => one, 'test'],
  ['one anchor from the backup of the installation', () => whole, 'test'],
  ['the first anchor from the backup of the installation', () => whole, 'main'],
])('restores %s', async (_what, file, slug) => {
  const target = await emptyStore()
  await restoreAnchor(target.source, file(), null, slug)
  await expectCurrent(target, slug)
})
