/** Writes the lists part by part from the pages in Redis, so that a list of any length needs little memory. */
import { getEndpointPath } from '#core/endpoint.ts'
import { metadataParameters } from '#core/metadata-parameters.ts'
import type { Part } from '#store/list-page.ts'
import { NoPagesError } from '#store/page-reader.ts'
import { selectCurrent } from '#store/paged-list.ts'
import type { Reader } from '#store/reader.ts'
import type { AuthMethods } from '../client/own-metadata.ts'
import type { Between } from '../files/long-file.ts'
import { ownLists, trustMarkListFile } from '../files/place.ts'
import type { IssuedMarks } from '../marks/issued.ts'
import { readFilter, selectSubordinates } from '../routes/subordinate-filter.ts'
import { type Count, createCount, refresh, type Target } from './files.ts'
import type { FileRecord } from './record.ts'

/** `file`: null if none can have the name. */
export type List = { file: string | null } & (
  | { endpoint: 'list'; query: { intermediate?: 'true'; entity_type?: string } }
  | { endpoint: 'trust_mark_list'; query: { trust_mark_type: string } }
)

export const subordinateLists: readonly List[] = [
  { file: ownLists.all, endpoint: 'list', query: {} },
  { file: ownLists.intermediates, endpoint: 'list', query: { intermediate: 'true' } },
  ...Object.keys(metadataParameters).map((type) => ({
    file: ownLists.ofType(type),
    endpoint: 'list' as const,
    query: { entity_type: type },
  })),
]

export const trustMarkList = (type: string): List => ({
  file: trustMarkListFile(type),
  endpoint: 'trust_mark_list',
  query: { trust_mark_type: type },
})

/** The bytes that the server would send. Null: not to anyone. The parts throw NoPagesError where the server is to be asked. */
export type ReadList = (list: List) => Promise<AsyncIterable<Buffer> | null>

type Source = {
  reader: Reader
  marks: IssuedMarks
  authMethods: (name: List['endpoint']) => Promise<AuthMethods>
  /** Unix seconds. */
  now: () => number
}

export function createReadList({ reader, marks, authMethods, now }: Source): ReadList {
  async function* select(list: List): AsyncGenerator<Part> {
    if (list.endpoint === 'list') {
      const filter = await readFilter(list.query, { reader, marks, trustMarkTypes: [] })
      for await (const part of reader.walk.subordinates())
        yield* selectSubordinates(part, filter, { now: now() })
      return
    }
    const { trust_mark_type: type } = list.query
    for await (const part of reader.walk.trustMarkHolders(type))
      yield* selectCurrent(await marks.select(type, part), now())
  }

  // Access may depend on the Entity Configuration (§8.8).
  return async (list) => ((await authMethods(list.endpoint)).anonymous ? toJson(select(list)) : null)
}

async function* toJson(parts: AsyncIterable<Part>): AsyncGenerator<Buffer> {
  let lead = '['
  for await (const { ids } of parts) {
    yield Buffer.concat([Buffer.from(lead), ids])
    lead = ','
  }
  yield Buffer.from(lead === '[' ? '[]' : ']')
}

type ListTarget = Target & {
  readList: ReadList
  record: Pick<FileRecord, 'noteList'>
  /** What goes before the next part of a list. */
  between?: Between
}

/** @throws as `refresh` and `between`, FederationError */
export async function refreshList(context: ListTarget & { count?: Count }, list: List): Promise<void> {
  const { readList, folder, record, between, count = createCount() } = context
  const { file, endpoint, query } = list
  if (file === null) return
  const parts = await readList(list)
  const written = parts && (await folder.putParts(file, parts, between).catch(ignoreNoPages))
  if (!written) return refresh(context, [{ file, path: getEndpointPath(endpoint), query }])
  if (written.isNew) count.written += 1
  record.noteList(file, written)
}

function ignoreNoPages(error: unknown): null {
  if (error instanceof NoPagesError) return null
  throw error
}
