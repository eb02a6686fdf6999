/** Compares the whole folder with what is published, in pages, so that changes are exported in between. */
import type { Redis } from 'ioredis'
import type { RedisKeys } from '#store/keys.ts'
import type { Reader } from '#store/reader.ts'
import { scanHash, scanSet } from '#store/scan.ts'
import type { Keys } from '../anchors/keys.ts'
import type { Folder } from '../files/folder.ts'
import type { Between } from '../files/long-file.ts'
import {
  CONFIGURATION_FILE,
  folders,
  HISTORICAL_KEYS_FILE,
  MANIFEST_FILE,
  readName,
  trustMarkFolder,
} from '../files/place.ts'
import type { Ask, AskResolved } from './answers.ts'
import { refreshCollection } from './collection.ts'
import {
  type Count,
  isSignedWith,
  type KeyFiles,
  own,
  refresh,
  resolved,
  statement,
  statusList,
  trustMark,
  type Wanted,
} from './files.ts'
import { type List, type ReadList, refreshList, subordinateLists, trustMarkList } from './lists.ts'
import type { FileRecord } from './record.ts'

/** Files that are written together. */
const STEP = 50

export type Export = {
  ask: Ask
  askResolved: AskResolved
  readList: ReadList
  folder: Folder
  record: FileRecord
  redis: Redis
  keys: RedisKeys
  keyFiles: KeyFiles & Pick<Keys, 'onChange'>
  reader: Pick<
    Reader,
    'trustMarkTypes' | 'trustMarksOf' | 'statusLists' | 'entityConfiguration' | 'collection' | 'onChange'
  >
}

/** `count` is added to; `between`: what goes before the next part of a list. */
type Comparison = Export & { count: Count; between?: Between }

/** What is not published any more goes first. Yields after each page. @throws as `refresh`, FederationError */
export async function* compareAll(context: Comparison): AsyncGenerator<void> {
  context.record.begin()
  yield* compareFiles(context)
  yield* addMissing(context)
  yield* context.record.tidy()
}

/** What compromised keys signed, before anything replaces it, which takes longer. @throws Error of the file system */
export async function removeCompromised(
  { folder, record }: Export,
  kids: ReadonlySet<unknown>,
): Promise<void> {
  for await (const files of signedFiles(folder)) {
    for (const file of files) {
      const body = folder.read(file)
      if (!body || !isSignedWith(kids, body)) continue
      folder.remove(file)
      if (file !== MANIFEST_FILE) record.note(file, null)
    }
  }
}

async function* signedFiles(folder: Folder): AsyncGenerator<string[]> {
  yield [CONFIGURATION_FILE, HISTORICAL_KEYS_FILE, MANIFEST_FILE]
  const marks = (await typesWithFolder(folder)).flatMap((type) => trustMarkFolder(type) ?? [])
  for (const parent of [...marks, folders.statusList, folders.resolve, folders.fetch])
    for await (const names of folder.names(parent)) yield names.map((name) => `${parent}/${name}`)
}

/** Every file that is there. */
async function* compareFiles(context: Comparison): AsyncGenerator<void> {
  const { folder } = context
  yield refresh(context, own)
  for await (const names of folder.names(folders.statusList)) {
    yield refresh(context, values(names, '.jwt').map(statusList))
  }
  for await (const names of folder.names(folders.fetch)) {
    yield refresh(context, values(names, '.jwt').map(statement))
  }
  for await (const names of folder.names(folders.resolve)) {
    yield refresh(context, values(names, '.jwt').map(resolved))
  }
  for (const type of await typesWithFolder(folder)) {
    for await (const names of folder.names(trustMarkFolder(type) ?? '')) {
      const subjects = values(names, '.jwt')
      yield refresh(
        context,
        subjects.map((sub) => trustMark(type, sub)),
      )
    }
  }
  for await (const names of folder.names(folders.trustMarkList)) {
    yield* refreshLists(context, values(names, '.json').map(trustMarkList))
  }
  yield* refreshLists(context, subordinateLists)
  yield refreshCollection(context)
}

/** Every published object without a file. */
async function* addMissing(context: Comparison): AsyncGenerator<void> {
  const { redis, keys, reader } = context
  for await (const page of scanHash(redis, keys.subordinates)) {
    const subjects = page.map(([sub]) => sub)
    yield* write(context, subjects.map(statement))
    yield* write(context, subjects.map(resolved))
  }
  for (const type of await reader.trustMarkTypes()) {
    for await (const holders of scanSet(redis, keys.trustMarkHolders(type))) {
      yield* write(
        context,
        holders.map((sub) => trustMark(type, sub)),
      )
    }
    yield refreshList(context, trustMarkList(type))
  }
  const numbers = await reader.statusLists()
  yield* write(context, numbers.map(statusList))
}

async function* refreshLists(context: Comparison, lists: readonly List[]): AsyncGenerator<void> {
  for (const list of lists) yield refreshList(context, list)
}

/** Files that are missing, some at a time: their answers take memory, and changes wait. */
async function* write(context: Comparison, wanted: readonly Wanted[]): AsyncGenerator<void> {
  const { folder } = context
  const isMissing = ({ file }: Wanted) => file !== null && !folder.has(file)
  for (let at = 0; at < wanted.length; at += STEP) {
    const missing = wanted.slice(at, at + STEP).filter(isMissing)
    if (missing.length > 0) yield refresh(context, missing, nothing)
  }
}

const nothing = () => null

/** The types of Trust Marks that have, or had, a file. */
export async function typesWithFolder(folder: Folder): Promise<string[]> {
  const types: string[] = []
  for await (const names of folder.names(folders.trustMark)) types.push(...values(names, ''))
  return types
}

const values = (names: readonly string[], ending: string): string[] =>
  names.flatMap((name) => readName(name, ending) ?? [])
