/** Applies migrations with Prisma's engine in WebAssembly, which needs no download. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import { type MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm'
import { connectionConfig } from './connection.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

async function readMigrations(names: readonly string[]): Promise<MigrationList> {
  const migrationDirectories = await Promise.all(
    names.map(async (path) => {
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

/** Applies those of `names` that are pending. Returns the names of those applied. */
export async function applyMigrations(databaseUrl: string, names: readonly string[]): Promise<string[]> {
  const adapter = bindMigrationAwareSqlAdapterFactory(
    new PrismaPg({ ...connectionConfig(databaseUrl), idleTimeoutMillis: 1 }),
  )
  const engine = await SchemaEngine.new({ datamodels: undefined }, () => undefined, adapter)
  try {
    const filters = { externalTables: [], externalEnums: [] }
    const result = await engine.applyMigrations({ migrationsList: await readMigrations(names), filters })
    return result.appliedMigrationNames
  } finally {
    engine.free()
  }
}
