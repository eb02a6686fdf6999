/**
 * Databases that are made once and then copied, because their creation takes most of the start of a server; and data
 * directories of PGlite with them, as tars.
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

export type Template = {
  /** Also a part of the names of databases: lower-case letters, digits and `_`. */
  name: string
  /** Absent: an empty database. */
  from?: Template
  /** Changes the copy of `from`; leaves no connection open. */
  make(databaseUrl: string): Promise<unknown>
}

/** Its name changes when a migration is added or edited. */
export const migrated: Template = { name: `migrated_${migrationsKey()}`, make: migrate }

function migrationsKey(): string {
  const files = globSync(fileURLToPath(new URL('../../prisma/migrations/*/*.sql', import.meta.url))).sort()
  const hash = createHash('sha256')
  for (const file of files) hash.update(readFileSync(file))
  return hash.digest('hex').slice(0, 12)
}

const fileOf = (name: string) => join(folder, `database-${version}-${name}.tar`)

export const emptyDataDirectory = () => kept('empty', async () => dump())

export const dataDirectoryOf = ({ name, from, make }: Template): Promise<Blob> =>
  kept(name, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'inmor-template-'))
    const loadDataDir = await (from ? dataDirectoryOf(from) : emptyDataDirectory())
    const { url, close } = await startEmbeddedDatabase(directory, { loadDataDir })
    await make(url)
    await close()
    const made = await dump(directory)
    await rm(directory, { recursive: true })
    return made
  })

/** Unpacks the migrated one into a new folder. */
export async function unpackMigrated(folder: string): Promise<void> {
  await dataDirectoryOf(migrated) // makes the file
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await promisify(execFile)('tar', ['-xf', fileOf(migrated.name), '-C', folder])
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
