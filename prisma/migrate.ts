/**
 * Applies prisma/migrations with Prisma's engine in WebAssembly, which needs no download. Files and bookkeeping are
 * those of `prisma migrate deploy`.
 */
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import { type MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm'
import pg from 'pg'
import { connectionConfig } from './connection.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The names of all migrations, in order. */
export async function migrationNames(): Promise<string[]> {
  const entries = await readdir(here('migrations'), { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
}

async function readMigrations(until: string | undefined): Promise<MigrationList> {
  const names = await migrationNames()
  const migrationDirectories = await Promise.all(
    names
      .filter((name) => until === undefined || name <= until)
      .map(async (path) => {
        const value = await readFile(here(`migrations/${path}/migration.sql`), 'utf8')
        return { path, migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value } } }
      }),
  )
  const lockfile = await readFile(here('migrations/migration_lock.toml'), 'utf8')
  return {
    baseDir: here('migrations'),
    lockfile: { path: 'migration_lock.toml', content: lockfile },
    shadowDbInitScript: '',
    migrationDirectories,
  }
}

/** Applies pending migrations, up to `until` if given. Returns the names of those applied. */
export async function migrate(databaseUrl: string, { until }: { until?: string } = {}): Promise<string[]> {
  const pool = new pg.Pool({ ...connectionConfig(databaseUrl), connectionTimeoutMillis: 10_000 })
  // Of two processes that start together, one migrates and the other waits.
  const lock = await pool.connect()
  try {
    await lock.query("SELECT pg_advisory_lock(hashtext('inmor:migrate'))")
    const adapter = bindMigrationAwareSqlAdapterFactory(
      new PrismaPg({ ...connectionConfig(databaseUrl), idleTimeoutMillis: 1 }),
    )
    const engine = await SchemaEngine.new({ datamodels: undefined }, () => undefined, adapter)
    try {
      const filters = { externalTables: [], externalEnums: [] }
      const result = await engine.applyMigrations({ migrationsList: await readMigrations(until), filters })
      return result.appliedMigrationNames
    } finally {
      engine.free()
    }
  } finally {
    await lock.query("SELECT pg_advisory_unlock(hashtext('inmor:migrate'))").catch(() => undefined)
    lock.release()
    await pool.end()
  }
}
