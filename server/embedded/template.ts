/**
 * The database of a first start: a copy of a migrated one, which cli/bootstrap.mjs makes with the clone, because
 * creating it takes most of a first start and twice its memory. As a program, makes it.
 */
import { access, cp, mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { migrate } from '#prisma/migrate.ts'
import { startEmbeddedDatabase } from '#server/embedded/database.ts'

const template = fileURLToPath(new URL('../../node_modules/.inmor/database', import.meta.url))

/** Leaves an existing database alone. Without a template, the first start creates the database. */
export async function copyTemplate(directory: string): Promise<void> {
  if ((await isDatabase(directory)) || !(await isDatabase(template))) return
  await replace(directory, (unfinished) => cp(template, unfinished, { recursive: true }))
}

async function makeTemplate(): Promise<void> {
  await replace(template, async (unfinished) => {
    const database = await startEmbeddedDatabase(unfinished)
    await migrate(database.url)
    await database.close()
  })
}

/** Renames the complete directory into place, so that a killed process leaves no part of a database. */
async function replace(directory: string, make: (unfinished: string) => Promise<void>): Promise<void> {
  const unfinished = `${directory}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(dirname(directory), { recursive: true, mode: 0o700 })
  await make(unfinished)
  await rm(directory, { recursive: true, force: true })
  await rename(unfinished, directory)
}

function isDatabase(directory: string): Promise<boolean> {
  return access(join(directory, 'PG_VERSION')).then(
    () => true,
    () => false,
  )
}

if (import.meta.main) {
  await makeTemplate()
  process.exit(0) // idle connections of the migration would keep the process for ten seconds
}
