/** Makes single files equal to the answers of the server: written, replaced, or removed if there is no such answer. */
import { getEndpointPath } from '#core/endpoint.ts'
import { ENTITY_CONFIGURATION_PATH } from '#core/entity-id.ts'
import { STATUS_LIST_PATH } from '#core/status-list.ts'
import type { KeySets } from '#store/key-directory.ts'
import { decodePart } from '#store/published-jwt.ts'
import type { Folder } from '../files/folder.ts'
import {
  CONFIGURATION_FILE,
  folders,
  HISTORICAL_KEYS_FILE,
  readPath,
  resolvedFile,
  statementFile,
  statusListFile,
  trustMarkFile,
} from '../files/place.ts'
import type { Ask, AskResolved } from './answers.ts'
import type { FileRecord } from './record.ts'

/** Files that were written and removed, and those whose answers have a fault. */
export type Count = { written: number; removed: number; faulty: number }

export const createCount = (): Count => ({ written: 0, removed: 0, faulty: 0 })

/** The answer for a file, and the file. Null: none can have the name. `resolved`: the response about it, signed ahead. */
export type Wanted = { file: string | null } & (
  | { path: string; query?: Record<string, string> }
  | { resolved: string }
)

export const statement = (sub: string): Wanted => ({
  file: statementFile(sub),
  path: getEndpointPath('fetch'),
  query: { sub },
})

export const resolved = (sub: string): Wanted => ({ file: resolvedFile(sub), resolved: sub })

export const trustMark = (type: string, sub: string): Wanted => ({
  file: trustMarkFile(type, sub),
  path: getEndpointPath('trust_mark'),
  query: { trust_mark_type: type, sub },
})

export const statusList = (number: string): Wanted => ({
  file: statusListFile(number),
  path: `${STATUS_LIST_PATH}/${encodeURIComponent(number)}`,
})

export const own: readonly Wanted[] = [
  { file: CONFIGURATION_FILE, path: ENTITY_CONFIGURATION_PATH },
  { file: HISTORICAL_KEYS_FILE, path: getEndpointPath('historical_keys') },
]

/** Of a file that was written for one of those, which all have an end; null for another. */
export function wantedOf(path: string): Wanted | null {
  const about = readPath(path)
  if (!about || about.folder === folders.trustMarkList) return null
  if (about.folder === folders.trustMark) return trustMark(about.type, about.sub)
  if (about.folder === folders.statusList) return statusList(about.number)
  return about.folder === folders.fetch ? statement(about.sub) : resolved(about.sub)
}

/** Where the answers come from, and what keeps them. */
export type Target = {
  ask: Ask
  askResolved: AskResolved
  folder: Folder
  record: Pick<FileRecord, 'note' | 'keep'>
  keyFiles: KeyFiles
}

/**
 * What is to be removed goes before what is to be written. What a compromised key signed is no answer.
 * @throws NoAnswerError, Error of the file system
 */
export async function refresh(
  { ask, askResolved, folder, record, keyFiles, count = createCount() }: Target & { count?: Count },
  wanted: readonly Wanted[],
  /** What each file has. */
  read: Folder['read'] = folder.read,
): Promise<void> {
  const kids = readCompromisedKids(keyFiles)
  const found = await Promise.all(
    wanted.flatMap(async (each) => {
      const { file } = each
      if (file === null) return []
      const earlier = read(file)
      const answer = await ('path' in each ? ask(each.path, each.query) : askResolved(each.resolved, earlier))
      return { file, earlier, answer: answer && isSignedWith(kids, answer.body) ? null : answer }
    }),
  )
  const files = found.flat()
  for (const { file, earlier, answer } of files) {
    if (answer !== null || !earlier) continue
    folder.remove(file)
    count.removed += 1
  }
  for (const { file, earlier, answer } of files) {
    if (!answer) continue
    if (folder.put(file, answer.body, earlier)) {
      count.written += 1
      record.note(file, answer.body, answer.exp)
    } else record.keep(file, answer.body, answer.exp)
  }
  for (const { file, earlier, answer } of files) {
    if (answer === null) record.note(file, null)
    else if (!answer) record.keep(file, earlier)
  }
  count.faulty += files.filter(({ answer }) => answer === undefined).length
}

/** Recognizes what a compromised key signed, which may be of its thief. */
export type KeyFiles = { current(): Pick<KeySets, 'historical'> }

export function readCompromisedKids({ current }: KeyFiles): ReadonlySet<unknown> {
  const compromised = current().historical.filter(({ revoked }) => revoked?.reason === 'compromised')
  return new Set(compromised.map(({ kid }) => kid))
}

/** A list has no signature. */
export function isSignedWith(kids: ReadonlySet<unknown>, body: Buffer): boolean {
  return kids.size > 0 && kids.has(decodePart(body.toString('latin1', 0, body.indexOf('.')))?.kid)
}
