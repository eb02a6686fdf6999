/** Applies prisma/migrations. Files and bookkeeping of `public` are those of `prisma migrate deploy`. */
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { applyToAnchor, createViews, FIRST_INSTALLATION, migrationsOfAnchors } from './anchor-schema.ts'
import { createClient } from './connection.ts'

/** The names of all migrations, in order. */
export async function migrationNames(): Promise<string[]> {
  const folder = fileURLToPath(new URL('migrations', import.meta.url))
  const entries = await readdir(folder, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
}

/** A newer version, or one that was never released, has migrated the database; nothing was changed. */
export class NewerDatabaseError extends Error {
  override readonly name = 'NewerDatabaseError'
  constructor(migration: string) {
    super(
      `A newer or an unreleased version has migrated the database (${migration}). Run a version that knows this migration, or restore a backup that was made before it.`,
    )
  }
}

type Applied = { name: string; finished: boolean }
type Query = <Row>(sql: string) => Promise<Row[]>

/** Applies pending migrations, up to `until` if given. Returns the names of those applied. @throws NewerDatabaseError */
export async function migrate(databaseUrl: string, { until }: { until?: string } = {}): Promise<string[]> {
  const names = (await migrationNames()).filter((name) => until === undefined || name <= until)
  const lock = createClient(databaseUrl)
  await lock.connect()
  try {
    // If two processes start together, one migrates and the other waits.
    await lock.query("SELECT pg_advisory_lock(hashtext('inmor:migrate'))")
    const present = await requireKnownMigrations(async (sql) => (await lock.query(sql)).rows)
    const applied = areAll(names, present) ? [] : await apply(databaseUrl, names)
    await migrateAnchors(lock, names)
    if (applied.length > 0 && names.includes(FIRST_INSTALLATION)) await renewViews(lock)
    return applied
  } finally {
    await lock.query("SELECT pg_advisory_unlock(hashtext('inmor:migrate'))").catch(() => undefined)
    await lock.end()
  }
}

/** A start without pending migrations does not load the engine, 5 MB of WebAssembly to compile. */
async function apply(databaseUrl: string, names: readonly string[]): Promise<string[]> {
  const { applyMigrations } = await import('./migration-engine.ts')
  return applyMigrations(databaseUrl, names)
}

/** Applies what is pending to the tables of each anchor that has its own. */
async function migrateAnchors(client: pg.ClientBase, names: readonly string[]): Promise<void> {
  const { rows: found } = await client.query(`SELECT to_regclass('"Anchor"') IS NOT NULL AS "exists"`)
  if (!found[0]?.exists) return
  const { rows } = await client.query<{ slug: string; migration: string }>(
    'SELECT "slug", "migration" FROM "Anchor" WHERE "migration" IS NOT NULL ORDER BY "slug"',
  )
  for (const { slug, migration } of rows) {
    const pending = migrationsOfAnchors(names).filter((name) => name > migration)
    const [last] = pending.slice(-1)
    if (last === undefined) continue
    await client.query('BEGIN')
    try {
      await applyToAnchor((sql) => client.query(sql), slug, pending)
      await client.query('UPDATE "Anchor" SET "migration" = $1 WHERE "slug" = $2', [last, slug])
      await client.query('COMMIT')
    } catch (error) {
      await client.query('ROLLBACK')
      throw error
    }
  }
}

async function renewViews(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ slug: string; isFirst: boolean }>(
    'SELECT "slug", "migration" IS NULL AS "isFirst" FROM "Anchor"',
  )
  for (const { slug, isFirst } of rows) await createViews((sql) => client.query(sql), slug, isFirst)
}

/** The migrations that the database has. @throws NewerDatabaseError if it has one that this version does not know */
export async function requireKnownMigrations(query: Query): Promise<Applied[]> {
  const [table] = await query<{ exists: boolean }>(
    `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS "exists"`,
  )
  if (!table?.exists) return []
  const present = await query<Applied>(
    'SELECT migration_name AS "name", finished_at IS NOT NULL AS "finished" FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY 1',
  )
  const known = await migrationNames()
  const unknown = present.findLast(({ name }) => !known.includes(name))
  if (unknown) throw new NewerDatabaseError(unknown.name)
  return present
}

/** False also when a migration has failed, which the engine reports. */
function areAll(names: readonly string[], present: readonly Applied[]): boolean {
  const applied = new Set(present.map(({ name }) => name))
  return present.every(({ finished }) => finished) && names.every((name) => applied.has(name))
}
