/** Applies prisma/migrations. Files and bookkeeping of `public` are those of `prisma migrate deploy`. */
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import {
  applyToAnchor,
  createOrganizationViews,
  migrationsOfAnchors,
  ORGANIZATIONS,
} from './anchor-schema.ts'
import { connectionConfig } from './connection.ts'

/** The names of all migrations, in order. */
export async function migrationNames(): Promise<string[]> {
  const folder = fileURLToPath(new URL('migrations', import.meta.url))
  const entries = await readdir(folder, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
}

/** Applies pending migrations, up to `until` if given. Returns the names of those applied. */
export async function migrate(databaseUrl: string, { until }: { until?: string } = {}): Promise<string[]> {
  const names = (await migrationNames()).filter((name) => until === undefined || name <= until)
  const pool = new pg.Pool({ ...connectionConfig(databaseUrl), connectionTimeoutMillis: 10_000 })
  // Of two processes that start together, one migrates and the other waits.
  const lock = await pool.connect()
  try {
    await lock.query("SELECT pg_advisory_lock(hashtext('inmor:migrate'))")
    const applied = (await areApplied(lock, names)) ? [] : await apply(databaseUrl, names)
    await migrateAnchors(lock, names)
    if (applied.length > 0 && names.includes(ORGANIZATIONS)) await renewViews(lock)
    return applied
  } finally {
    await lock.query("SELECT pg_advisory_unlock(hashtext('inmor:migrate'))").catch(() => undefined)
    lock.release()
    await pool.end()
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
  const { rows } = await client.query<{ slug: string }>('SELECT "slug" FROM "Anchor"')
  for (const { slug } of rows) await createOrganizationViews((sql) => client.query(sql), slug)
}

/** False also when a migration has failed, which the engine reports. */
async function areApplied(client: pg.ClientBase, names: readonly string[]): Promise<boolean> {
  const table = await client.query<{ exists: boolean }>(
    `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS exists`,
  )
  if (!table.rows[0]?.exists) return false
  const { rows } = await client.query<{ name: string; finished: boolean }>(
    'SELECT migration_name AS name, finished_at IS NOT NULL AS finished FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  )
  const applied = new Set(rows.map(({ name }) => name))
  return rows.every(({ finished }) => finished) && names.every((name) => applied.has(name))
}
