/**
 * Data directories of PGlite as tars: an empty one, and one with every migration applied. Each is most of what a test
 * file waits for at its start, and the same each time, so it is kept beside what else is made from installed packages.
 */
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
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

export const emptyDataDirectory = () => kept(`empty-database-${version}`, async () => dump())

export const migratedDataDirectory = () =>
  kept(`migrated-database-${version}-${migrationsKey()}`, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'inmor-migrated-'))
    const { url, close } = await startEmbeddedDatabase(directory, { loadDataDir: await emptyDataDirectory() })
    await migrate(url)
    await close()
    const made = await dump(directory)
    await rm(directory, { recursive: true })
    return made
  })

async function dump(directory?: string): Promise<Blob> {
  const database = await PGlite.create({ dataDir: directory ?? 'memory://', extensions: { pg_trgm } })
  const made = await database.dumpDataDir('none')
  await database.close()
  return made
}

/** Several test files may create it simultaneously; each writes a complete file. */
async function kept(name: string, make: () => Promise<Blob>): Promise<Blob> {
  const file = join(folder, `${name}.tar`)
  if (!existsSync(file)) {
    await mkdir(folder, { recursive: true })
    const beside = `${file}.${randomUUID()}`
    await writeFile(beside, new Uint8Array(await (await make()).arrayBuffer()))
    await rename(beside, file)
  }
  return new Blob([await readFile(file)])
}
