/**
 * Makes data directories of PGlite once, as tars: an empty one, and one with every migration applied. Their creation
 * takes most of the start of a server.
 */
import { execFile } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { PGlite } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { migrate } from '#prisma/migrate.ts'
import { startEmbeddedDatabase } from '#server/embedded/database.ts'
import packageJson from '../../package.json' with { type: 'json' }

const folder = fileURLToPath(new URL('../../node_modules/.inmor', import.meta.url))
const version = packageJson.dependencies['@electric-sql/pglite']

/** Changes when a migration is added or edited. */
export function migrationsKey(): string {
  const files = globSync(fileURLToPath(new URL('../../prisma/migrations/*/*.sql', import.meta.url))).sort()
  const hash = createHash('sha256')
  for (const file of files) hash.update(readFileSync(file))
  return hash.digest('hex').slice(0, 12)
}

const migratedName = () => `migrated-database-${version}-${migrationsKey()}`
const fileOf = (name: string) => join(folder, `${name}.tar`)

export const emptyDataDirectory = () => kept(`empty-database-${version}`, async () => dump())

export const migratedDataDirectory = () =>
  kept(migratedName(), async () => {
    const directory = await mkdtemp(join(tmpdir(), 'inmor-migrated-'))
    const { url, close } = await startEmbeddedDatabase(directory, { loadDataDir: await emptyDataDirectory() })
    await migrate(url)
    await close()
    const made = await dump(directory)
    await rm(directory, { recursive: true })
    return made
  })

/** Unpacks the migrated one into a new folder. */
export async function unpackMigrated(folder: string): Promise<void> {
  await migratedDataDirectory() // makes the file
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await promisify(execFile)('tar', ['-xf', fileOf(migratedName()), '-C', folder])
}

async function dump(directory?: string): Promise<Blob> {
  const database = await PGlite.create({ dataDir: directory ?? 'memory://', extensions: { pg_trgm } })
  const made = await database.dumpDataDir('none')
  await database.close()
  return made
}

/** Several test files may create it simultaneously; each writes a complete file. */
async function kept(name: string, make: () => Promise<Blob>): Promise<Blob> {
  const file = fileOf(name)
  if (!existsSync(file)) {
    await mkdir(folder, { recursive: true })
    const beside = `${file}.${randomUUID()}`
    await writeFile(beside, new Uint8Array(await (await make()).arrayBuffer()))
    await rename(beside, file)
  }
  return new Blob([await readFile(file)])
}
