/** Lists: each page is asked for when the one before is written. */
import { type Api, type Data, dataOf, type Variables } from './api.ts'
import { pageDocument, queryDocument, selectionOf, selectPath } from './documents.ts'
import {
  columnsWriter,
  type OutputOptions,
  requireField,
  valueAt,
  write,
  writeFacts,
  writeField,
  writeJson,
} from './output.ts'
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
  const selection =
    row.kind === 'export'
      ? Object.values(row.fields).map(selectPath).join(' ')
      : selectionOf(row.type, fieldsFor(options))
  const document = pageDocument(row, selection)
  requireField(selection, options)
  const writeRows = row.kind === 'export' ? exportWriter(row.fields) : rowsWriter(row.type, options)
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

const fieldsFor = ({ json, only }: OutputOptions) => (json || only !== undefined ? 'plain' : 'columns')

function rowsWriter(type: string, { json, only }: OutputOptions): (rows: readonly Data[]) => Promise<void> {
  if (only !== undefined)
    return async (rows) => {
      for (const row of rows) await writeField(row, only)
    }
  return json ? writeLines : columnsWriter(table.types[type]?.columns ?? [])
}

/** Objects as the input that makes them: without what is empty. */
const exportWriter = (fields: Readonly<Record<string, string>>) => (rows: readonly Data[]) =>
  writeLines(
    rows.map((row) => {
      const values = Object.entries(fields).map(([name, path]) => [name, valueAt(row, path) ?? null])
      return Object.fromEntries(values.filter(([, value]) => value !== null))
    }),
  )

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
  const fields = selectionOf(type, isList ? fieldsFor(options) : 'full')
  if (type !== '') requireField(fields, options)
  const selection = inside ? `${inside}${fields && ` { ${fields} }`}` : fields
  const found = dataOf(await api.send(queryDocument(row, selection), variables))[row.field]
  const shown = inside ? (found as Data)[inside] : found
  if (!Array.isArray(shown)) return print(shown, options)
  const rows = shown.slice(0, options.limit)
  if (type === '') return void (rows.length > 0 && (await write(`${rows.join('\n')}\n`)))
  await rowsWriter(type, options)(rows)
}

export function print(value: unknown, { json, only }: OutputOptions): Promise<void> {
  if (only !== undefined) return writeField(value, only)
  return json || typeof value !== 'object' || value === null ? writeJson(value) : writeFacts(value)
}
