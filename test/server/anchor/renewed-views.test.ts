/** A migration renews the views of each anchor, so that they have the columns that it adds. */
import pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { createAnchorTables, schemaOf } from '#prisma/anchor-schema.ts'
import { connectionConfig } from '#prisma/connection.ts'
import { migrate, migrationNames } from '#prisma/migrate.ts'
import { startMigratedDatabase } from '#test/helpers/database.ts'
import { inTest } from '#test/helpers/in-file.ts'

/** It only creates an index, so it can be applied again. */
const PENDING = '20261125215600_entity_configuration_expiry'
const INDEX = 'Subordinate_active_entityConfigurationExpiresAt_idx'

it('reads a new column in the views of the first anchor and of another', async () => {
  const database = await inTest(startMigratedDatabase())
  const client = new pg.Client(connectionConfig(database.url))
  await client.connect()
  onTestFinished(() => client.end())
  await client.query('BEGIN')
  const migration = await createAnchorTables((sql) => client.query(sql), 'b', await migrationNames())
  await client.query('COMMIT')
  await client.query(
    `INSERT INTO "Anchor" VALUES ('b', 'https://b.example.org', NULL, now(), '${migration}')`,
  )
  await client.query(`INSERT INTO "Organization" ("name", "homeSlug") VALUES ('Both', 'main')`)
  await client.query(`INSERT INTO "OrganizationAnchor" VALUES (1, 'main'), (1, 'b')`)
  await client.query(`ALTER TABLE "Organization" ADD COLUMN "added" TEXT DEFAULT 'new'`)
  await client.query(`ALTER TABLE "AuditEvent" ADD COLUMN "added" TEXT`)
  await client.query(`DROP INDEX "${INDEX}"`)
  await client.query(`DELETE FROM "_prisma_migrations" WHERE "migration_name" = '${PENDING}'`)

  expect(await migrate(database.url)).toEqual([PENDING])
  for (const slug of ['main', 'b']) {
    const { rows } = await client.query(`SELECT "name", "added" FROM "${schemaOf(slug)}"."Organization"`)
    expect(rows).toEqual([{ name: 'Both', added: 'new' }])
    await client.query(`SELECT "added" FROM "${schemaOf(slug)}"."AuditEvent"`) // fails without the column
  }
})
