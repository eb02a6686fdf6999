/** Makes backups of an installation with three anchors, and reads and alters their lines. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { onTestFinished } from 'vitest'
import { writeBackup } from '#server/backup/backup.ts'
import { createAnchorRow } from '#test/helpers/anchor.ts'
import { entityId, fill, openStore, type Store } from './backup-store.ts'

export const testId = `${entityId}/test`

export type AnchorBackups = {
  /** What they are of: the anchors main, test and edu. */
  store: Store
  directory: string
  /** The file of the installation. */
  whole: string
  /** The file of the anchor test. */
  one: string
  /** The file of the first anchor. */
  first: string
  close(): Promise<void>
}

export async function makeBackups(): Promise<AnchorBackups> {
  const store = await openStore()
  const directory = await mkdtemp(join(tmpdir(), 'inmor-backup-'))
  const [whole, one, first] = [join(directory, 'whole'), join(directory, 'one'), join(directory, 'first')]
  await createAnchorRow(store.installation, 'test', testId)
  await createAnchorRow(store.installation, 'edu', `${entityId}/edu`)
  await store.installation.user.create({ data: { id: 'ada', name: 'Ada', email: 'ada@example.org' } })
  for (const slug of ['main', 'test', 'edu']) await fill(store.of(slug), slug)
  await writeBackup(store.source, whole, null)
  await writeBackup(store.source, one, null, 'test')
  await writeBackup(store.source, first, null, 'main')
  return {
    ...{ store, directory, whole, one, first },
    async close() {
      await store.close()
      await rm(directory, { recursive: true })
    },
  }
}

export const linesOf = async (file: string) =>
  gunzipSync(await readFile(file))
    .toString()
    .trimEnd()
    .split('\n')
export const headOf = async (file: string) => JSON.parse((await linesOf(file))[0] ?? '')

/** A file with other lines, removed at the end of the test. */
export async function repacked(file: string, change: (lines: string[]) => string[]): Promise<string> {
  const changed = `${file}-changed`
  await writeFile(changed, gzipSync(`${change(await linesOf(file)).join('\n')}\n`))
  onTestFinished(() => rm(changed))
  return changed
}
