/** Makes single files equal to the answers of the server: written, replaced, or removed if there is no such answer. */
import { ENTITY_CONFIGURATION_PATH } from '#core/entity-id.ts'
import { metadataParameters } from '#core/metadata-parameters.ts'
import type { Ask } from './answers.ts'
import type { Folder } from './folder.ts'
import {
  CONFIGURATION_FILE,
  HISTORICAL_KEYS_FILE,
  statementFile,
  trustMarkFile,
  trustMarkListFile,
} from './place.ts'

/** Files that were written and removed, and those whose answers have a fault. */
export type Count = { written: number; removed: number; faulty: number }

/** The answer for a file, and the file. Null: none can have the name. */
type Wanted = { file: string | null; path: string; query?: Record<string, string> }

export const statement = (sub: string): Wanted => ({
  file: statementFile(sub),
  path: '/fetch',
  query: { sub },
})

export const trustMark = (type: string, sub: string): Wanted => ({
  file: trustMarkFile(type, sub),
  path: '/trust_mark',
  query: { trust_mark_type: type, sub },
})

export const trustMarkList = (type: string): Wanted => ({
  file: trustMarkListFile(type),
  path: '/trust_mark_list',
  query: { trust_mark_type: type },
})

export const own: readonly Wanted[] = [
  { file: CONFIGURATION_FILE, path: ENTITY_CONFIGURATION_PATH },
  { file: HISTORICAL_KEYS_FILE, path: '/historical_keys' },
]

export const lists: readonly Wanted[] = [
  { file: 'list/all.json', path: '/list' },
  { file: 'list/intermediates.json', path: '/list', query: { intermediate: 'true' } },
  ...Object.keys(metadataParameters).map((type) => ({
    file: `list/entity_type/${type}.json`,
    path: '/list',
    query: { entity_type: type },
  })),
]

/** What is to be removed goes before what is to be written. @throws NoAnswerError, Error of the file system */
export async function refresh(
  { ask, folder, count }: { ask: Ask; folder: Folder; count: Count },
  wanted: readonly Wanted[],
): Promise<void> {
  const asked = wanted.map(async ({ file, path, query }) => {
    const body = file === null ? null : await ask(path, query)
    return file === null ? [] : [{ file, body }]
  })
  const found = (await Promise.all(asked)).flat()
  for (const { file, body } of found) if (body === null && folder.remove(file)) count.removed += 1
  for (const { file, body } of found) if (body && folder.put(file, body)) count.written += 1
  count.faulty += found.filter(({ body }) => body === undefined).length
}
