/** Tests the export of a list: page by page, to the end, a refusal or a cancellation. */
import { expect, test } from 'vitest'
import { csv, exportRows, jsonLines } from '#lib/list/export.ts'

const page = (names: readonly string[], endCursor: string | null) => ({
  value: {
    totalCount: 3,
    edges: names.map((name) => ({ node: { name } })),
    pageInfo: { hasNextPage: endCursor !== null, hasPreviousPage: false, endCursor },
  },
})
const pages = async (after: string | null) => (after === null ? page(['a', '=b'], 'x') : page(['c'], null))
const format = csv<{ name: string }>('CSV', { name: ({ name }) => name })

function watcher() {
  const stop = new AbortController()
  const seen: string[] = []
  return {
    stop,
    seen,
    signal: stop.signal,
    progressed: (done: number, total: number) => void seen.push(`${done}/${total}`),
  }
}

test('writes all pages as lines, and reports progress', async () => {
  const watched = watcher()
  const { value = [] } = (await exportRows(pages, format, watched)) ?? {}
  expect(value.join('')).toBe("name\r\na\r\n'=b\r\nc\r\n")
  expect(watched.seen).toEqual(['2/3', '3/3'])
})

test('writes JSON lines without a heading', async () => {
  const { value = [] } = (await exportRows(pages, jsonLines('JSON'), watcher())) ?? {}
  expect(value.join('')).toBe('{"name":"a"}\n{"name":"=b"}\n{"name":"c"}\n')
})

test('returns a refusal, and nothing for a cancelled export', async () => {
  const refusal = { message: 'Not now.', path: [] }
  expect(await exportRows(async () => ({ refusal }), format, watcher())).toEqual({ refusal })
  const watched = watcher()
  watched.stop.abort()
  expect(await exportRows(pages, format, watched)).toBeUndefined()
})
