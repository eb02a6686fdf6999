/** Makes the files of /collection equal to the last crawl: its first pages, and the first page of each Entity Type. */
import { getEndpointParameter, getEndpointPath } from '#core/endpoint.ts'
import { metadataParameters } from '#core/metadata-parameters.ts'
import { readJson } from '#store/json-text.ts'
import type { Reader } from '#store/reader.ts'
import { createOwnMetadata } from '../client/own-metadata.ts'
import type { Folder } from '../files/folder.ts'
import { collectionFiles, isCollectionFile } from '../files/place.ts'
import type { Ask } from './answers.ts'
import { type Count, createCount } from './files.ts'
import type { FileRecord } from './record.ts'

/** Pages without a filter. The server answers for the rest. */
const PAGES = 20

type Source = { ask: Ask; reader: Pick<Reader, 'entityConfiguration' | 'collection'> }
type Context = Source & { folder: Folder; record: Pick<FileRecord, 'note'>; count?: Count }

/** By file. */
type Pages = ReadonlyMap<string, Buffer>

/** What is not collected any more goes first. @throws NoAnswerError, FederationError, Error of the file system */
export async function refreshCollection(context: Context): Promise<void> {
  const { folder, record, count = createCount() } = context
  const [there, pages] = [await listFiles(folder), await readPages({ ...context, count })]
  if (!pages) {
    for (const file of there) record.note(file, folder.read(file))
    return
  }
  for (const file of there.filter((each) => !pages.has(each))) {
    if (folder.remove(file)) count.removed += 1
    record.note(file, null)
  }
  // A page is there before the one that leads to it.
  for (const [file, body] of [...pages].reverse()) {
    if (folder.put(file, body)) count.written += 1
    record.note(file, body)
  }
}

/** Null: nothing is known, and the files stay. */
async function readPages({ ask, reader, count }: Source & { count: Count }): Promise<Pages | null> {
  // Before the first crawl, or after Redis has lost it.
  if (!(await reader.collection.state())) return null
  const pages = new Map<string, Buffer>()
  const metadata = await createOwnMetadata(reader)()
  if (metadata[getEndpointParameter('collection')] === undefined) return pages
  const path = getEndpointPath('collection')

  /** Undefined: there is no such answer for anyone. @throws FaultError */
  async function take(file: string, query: Record<string, string>): Promise<Buffer | undefined> {
    const answer = await ask(path, query)
    if (answer === undefined) throw new FaultError()
    if (answer) pages.set(file, answer.body)
    return answer?.body
  }

  try {
    let [file, query]: [string | null, Record<string, string>] = [collectionFiles.first, {}]
    for (let page = 0; page < PAGES && file; page++) {
      const body = await take(file, query)
      const next = body && readNext(body)
      if (next === undefined) break
      file = collectionFiles.from(next)
      query = { from: next }
    }
    for (const type of Object.keys(metadataParameters))
      await take(collectionFiles.ofType(type), { entity_type: type })
    return pages
  } catch (error) {
    if (!(error instanceof FaultError)) throw error
    count.faulty += 1
    return null
  }
}

/** An answer has a fault, which was logged. */
class FaultError extends Error {}

function readNext(body: Buffer): string | undefined {
  const page = readJson(body.toString())
  const isObject = typeof page === 'object' && page !== null && 'next' in page
  return isObject && typeof page.next === 'string' ? page.next : undefined
}

/** Those of a collection that are there. */
async function listFiles(folder: Folder): Promise<string[]> {
  const files: string[] = folder.has(collectionFiles.first) ? [collectionFiles.first] : []
  for (const parent of collectionFiles.folders) {
    for await (const names of folder.names(parent)) files.push(...names.map((name) => `${parent}/${name}`))
  }
  return files.filter(isCollectionFile)
}
