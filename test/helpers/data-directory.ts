/**
 * The data directory of an empty PGlite, as a tar. Making it is most of what PGlite needs to start, and it is the same
 * each time, so it is kept between test files, beside what else is made from the installed packages.
 */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import packageJson from '../../package.json' with { type: 'json' }

const folder = fileURLToPath(new URL('../../node_modules/.inmor', import.meta.url))
const file = join(folder, `empty-database-${packageJson.dependencies['@electric-sql/pglite']}.tar`)

export async function emptyDataDirectory(): Promise<Blob> {
  if (!existsSync(file)) await make()
  return new Blob([await readFile(file)])
}

/** Several test files may do so at once; each puts a whole file there. */
async function make(): Promise<void> {
  await mkdir(folder, { recursive: true })
  const database = await PGlite.create()
  const made = await database.dumpDataDir('none')
  await database.close()
  const beside = `${file}.${randomUUID()}`
  await writeFile(beside, new Uint8Array(await made.arrayBuffer()))
  await rename(beside, file)
}
