/** Opens an installation without servers, fills its anchors and reads their rows. */
import { schemaOf } from '#prisma/anchor-schema.ts'
import { connectAnchor } from '#server/database/anchor-client.ts'
import { connectDatabase, createPool, type Database } from '#server/database/client.ts'
import { cliCaller } from '#server/identity/caller.ts'
import { recordOnly } from '#server/services/write.ts'
import { startMigratedDatabase } from '#test/helpers/database.ts'
import { inTest } from '#test/helpers/in-file.ts'

export const entityId = 'https://ta.example.org'

/** An installation without servers. */
export type Store = {
  source: { databaseUrl: string; entityId: string }
  installation: Database
  of(slug: string): Database
  query(statement: string): Promise<unknown[]>
  close(): Promise<void>
}

export async function openStore(): Promise<Store> {
  const { url, close } = await startMigratedDatabase()
  const pool = createPool(url)
  const installation = connectDatabase(pool)
  return {
    source: { databaseUrl: url, entityId },
    installation,
    of: (slug) => connectAnchor(pool, slug, slug === 'main'),
    query: async (statement) => (await pool.query(statement)).rows,
    async close() {
      await installation.$disconnect()
      await pool.end()
      await close()
    },
  }
}

/** It is closed at the end of the test. */
export async function emptyStore(): Promise<Store> {
  const made = await inTest(openStore())
  return made
}

/** The same members and types in each anchor, with the name of the anchor. */
export async function fill(db: Database, name: string): Promise<void> {
  await db.settings.update({ where: { id: 1 }, data: { organizationName: name } })
  const at = new Date('2026-01-01T00:00:00Z')
  const times = { entityConfigurationExpiresAt: at, lastCheckedAt: at }
  await db.subordinate.create({
    data: {
      entityId: 'https://rp.example.org',
      ...{ displayName: name, metadata: {}, jwks: {}, entityConfiguration: '', entityTypes: [], ...times },
    },
  })
  const mark = {
    autorenew: true,
    validFor: 1,
    renewalTime: 1,
    jwt: name,
    kid: '',
    issuedAt: at,
    expiresAt: at,
  }
  const marks = { create: { entityId: 'https://rp.example.org', ...mark } }
  await db.trustMarkType.create({ data: { type: 'https://marks.example.org/same', trustMarks: marks } })
  await recordOnly(db, cliCaller('test'), { action: 'registerSubordinate', resource: name })
}

const kept = ['Settings', 'Subordinate', 'TrustMarkType', 'TrustMark', 'Schedule', 'SigningKey']

export async function rowsOf({ query }: Store, slug: string): Promise<Record<string, unknown>> {
  const schema = slug === 'main' ? 'public' : schemaOf(slug)
  const entries = kept.map(async (table) => [
    table,
    await query(`SELECT to_json(t)::text AS row FROM "${schema}"."${table}" t ORDER BY 1`),
  ])
  return Object.fromEntries(await Promise.all(entries))
}
