/** Tests the database of a first start: a complete copy of the prepared one, which never replaces another. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { migrate } from '#prisma/migrate.ts'
import { startEmbeddedDatabase } from '#server/embedded/database.ts'
import { copyTemplate } from '#server/embedded/template.ts'
import { folderInTest } from '#test/helpers/in-file.ts'

async function makeDirectory(): Promise<string> {
  const directory = await folderInTest('inmor-first')
  return directory
}

test('has every migration, also after a start that was killed while it copied', async () => {
  const directory = await makeDirectory()
  const database = join(directory, 'postgres')
  await mkdir(`${database}.unfinished/base`, { recursive: true })
  await copyTemplate(database)
  expect(await readdir(directory)).toEqual(['postgres'])
  const { url, close } = await startEmbeddedDatabase(database)
  onTestFinished(close)
  expect(await migrate(url)).toEqual([])
})

test('leaves an existing database alone', async () => {
  const directory = await makeDirectory()
  await writeFile(join(directory, 'PG_VERSION'), 'an existing one')
  await copyTemplate(directory)
  expect(await readFile(join(directory, 'PG_VERSION'), 'utf8')).toBe('an existing one')
  expect(await readdir(directory)).toEqual(['PG_VERSION'])
})
