/** Lists: each page is asked for when the one before is written. */
import { type Api, type Data, dataOf, type Variables } from './api.ts'
import { pageDocument, queryDocument, selectionOf } from './documents.ts'
import { columnsWriter, type OutputOptions, write, writeFacts, writeJson } from './output.ts'
import { type Row, table } from './table.ts'

type Page = { nodes: Data[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } }

const PAGE = 100

type Listed = Extract<Row, { kind: 'list' | 'export' }>

/** @throws Failure */
export async function list(
  api: Api,
  row: Listed,
  variables: Variables,
  options: OutputOptions,
): Promise<void> {
  const isJson = options.json === true || row.kind === 'export'
  const selection = selectionOf(row.type, isJson ? 'plain' : 'columns')
  const document = pageDocument(row, selection)
  const writeRows = isJson ? writeLines : columnsWriter(table.types[row.type]?.columns ?? [])
  let left = options.limit ?? Number.POSITIVE_INFINITY
  let after: string | null = null
  while (left > 0) {
    const first = Math.min(left, PAGE)
    const page = dataOf(await api.send(document, { ...variables, first, after }))[row.field] as Page // as asked for
    await writeRows(page.nodes)
    left -= page.nodes.length
    after = page.pageInfo.endCursor
    if (!page.pageInfo.hasNextPage) break
  }
}

const writeLines = async (rows: readonly Data[]) =>
  void (rows.length > 0 && (await write(`${rows.map((row) => JSON.stringify(row)).join('\n')}\n`)))

/** What one query returns: an object, or all of a list. @throws Failure */
export async function showAll(
  api: Api,
  row: Extract<Row, { kind: 'all' }>,
  variables: Variables,
  options: OutputOptions,
): Promise<void> {
  const { type, isList, inside } = row
  const fields = selectionOf(type, !isList ? 'full' : options.json ? 'plain' : 'columns')
  const selection = inside ? `${inside}${fields && ` { ${fields} }`}` : fields
  const found = dataOf(await api.send(queryDocument(row, selection), variables))[row.field]
  const shown = inside ? (found as Data)[inside] : found
  if (!Array.isArray(shown)) return print(shown, options)
  const rows = shown.slice(0, options.limit)
  if (type === '') return void (rows.length > 0 && (await write(`${rows.join('\n')}\n`)))
  await (options.json ? writeLines(rows) : columnsWriter(table.types[type]?.columns ?? [])(rows))
}

export const print = (value: unknown, { json }: OutputOptions): Promise<void> =>
  json || typeof value !== 'object' || value === null ? writeJson(value) : writeFacts(value)
