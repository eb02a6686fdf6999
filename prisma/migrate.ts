/** Applies prisma/migrations. Files and bookkeeping are those of `prisma migrate deploy`. */
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
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
    if (await areApplied(lock, names)) return []
    // A start without pending migrations does not load the engine, 5 MB of WebAssembly to compile.
    const { applyMigrations } = await import('./migration-engine.ts')
    return await applyMigrations(databaseUrl, names)
  } finally {
    await lock.query("SELECT pg_advisory_unlock(hashtext('inmor:migrate'))").catch(() => undefined)
    lock.release()
    await pool.end()
  }
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
