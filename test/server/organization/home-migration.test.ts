/** Organizations of an earlier version get a home: the anchor that admits them; of several, the first one. */
import pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { createAnchorTables, schemaOf } from '#prisma/anchor-schema.ts'
import { connectionConfig } from '#prisma/connection.ts'
import { migrate, migrationNames } from '#prisma/migrate.ts'
import { startDatabase } from '#test/helpers/database.ts'

const HOME = '20261129100000_organization_home_installation'

it('is the first anchor that admits it, and each anchor sees it', async () => {
  const database = await startDatabase()
  onTestFinished(() => database.close())
  const before = (await migrationNames()).filter((name) => name < HOME)
  await migrate(database.url, { until: before.at(-1) ?? '' })
  const client = new pg.Client(connectionConfig(database.url))
  await client.connect()
  onTestFinished(() => client.end())
  for (const [slug, year] of [
    ['b', 2022],
    ['c', 2021],
  ] as const) {
    await client.query('BEGIN')
    const migration = await createAnchorTables((sql) => client.query(sql), slug, before)
    await client.query('COMMIT')
    await client.query(
      'INSERT INTO "Anchor" ("slug", "entityId", "migration", "createdAt") VALUES ($1, $2, $3, $4)',
      [slug, `https://${slug}.example.org`, migration, `${year}-01-01`],
    )
  }
  const admitting = { Main: ['main'], Other: ['b'], Both: ['b', 'main'], Others: ['b', 'c'] }
  for (const [name, slugs] of Object.entries(admitting)) {
    const { rows } = await client.query('INSERT INTO "Organization" ("name") VALUES ($1) RETURNING "id"', [
      name,
    ])
    for (const slug of slugs)
      await client.query('INSERT INTO "OrganizationAnchor" VALUES ($1, $2)', [rows[0].id, slug])
  }

  expect(await migrate(database.url)).toContain(HOME)
  const homesIn = async (schema: string) => {
    const { rows } = await client.query(`SELECT "name", "homeSlug" FROM "${schema}"."Organization"`)
    return Object.fromEntries(rows.map(({ name, homeSlug }) => [name, homeSlug]))
  }
  expect(await homesIn('public')).toEqual({ Main: 'main', Other: 'b', Both: 'main', Others: 'c' })
  expect(await homesIn(schemaOf('main'))).toEqual({ Main: 'main', Both: 'main' })
  expect(await homesIn(schemaOf('b'))).toEqual({ Other: 'b', Both: 'main', Others: 'c' })
})
