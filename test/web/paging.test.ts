import { expect, test } from 'vitest'
import { neighbours, pageInWords, pageVariables, rowsBefore } from '#lib/list/paging.ts'

test('reads the first page, the page after a cursor, and the page before one', () => {
  expect(pageVariables(new URLSearchParams(), 10)).toEqual({ first: 10, after: null })
  expect(pageVariables(new URLSearchParams('after=a'), 10)).toEqual({ first: 10, after: 'a' })
  expect(pageVariables(new URLSearchParams('before=b'), 10)).toEqual({ last: 10, before: 'b' })
})

test('reads the last page, and the number of rows that the user chose', () => {
  expect(pageVariables(new URLSearchParams('page=last'), 10)).toEqual({ last: 10, before: null })
  expect(pageVariables(new URLSearchParams('rows=100'))).toEqual({ first: 100, after: null })
  expect(pageVariables(new URLSearchParams('rows=25&before=b'))).toEqual({ last: 25, before: 'b' })
  // The API refuses more than 100.
  expect(pageVariables(new URLSearchParams('rows=100000'))).toEqual({ first: 50, after: null })
})

const things = ['user', 'users'] as const

/** A page of three among many; `ends` says on which sides there are more. */
const pageOf = (totalCount: number, ends: '<' | '>' | '<>' | '') => ({
  totalCount,
  edges: ['a', 'b', 'c'].map((node) => ({ node })),
  pageInfo: {
    hasPreviousPage: ends.includes('<'),
    hasNextPage: ends.includes('>'),
    startCursor: 'first',
    endCursor: 'last',
  },
})

test.each<[ends: '<' | '>' | '<>' | '', total: number, address: string, words: string]>([
  ['', 3, '', '3 users'],
  ['>', 5008, '', '1–3 of 5,008 users'],
  ['<', 5008, 'after=x', '5,006–5,008 of 5,008 users'],
  ['<>', 5008, 'after=x&offset=1000', '1,001–1,003 of 5,008 users'],
  ['<>', 5008, 'before=x&offset=1003', '1,001–1,003 of 5,008 users'],
  // An address of an older console, or one that does not fit what is there now.
  ['<>', 5008, 'after=x', '3 of 5,008 users'],
  ['<>', 5008, 'after=x&offset=9000', '3 of 5,008 users'],
  ['<>', 5008, 'after=x&offset=many', '3 of 5,008 users'],
])('describes a page with more at “%s” of %i rows at “%s” as %s', (ends, total, address, words) => {
  const page = pageOf(total, ends)
  expect(pageInWords(page, rowsBefore(page, new URLSearchParams(address)), things)).toBe(words)
})

test('links only existing neighbours, with their offsets', () => {
  const last = { page: 'last' }
  expect(neighbours(pageOf(9, '>'), 0)).toEqual({ next: { after: 'last', offset: '3' }, last })
  expect(neighbours(pageOf(9, '<'), 6)).toEqual({ first: {}, previous: { before: 'first', offset: '6' } })
  expect(neighbours(pageOf(9, '<>'), 3)).toEqual({
    first: {},
    previous: { before: 'first', offset: '3' },
    next: { after: 'last', offset: '6' },
    last,
  })
  expect(neighbours(pageOf(9, '<>'), undefined)).toEqual({
    first: {},
    previous: { before: 'first' },
    next: { after: 'last' },
    last,
  })
})

test('links a forward-only list back to its first page', () => {
  const { totalCount, edges, pageInfo } = pageOf(9, '<>')
  const { startCursor: _, ...forward } = pageInfo
  const page = { totalCount, edges, pageInfo: forward }
  expect(neighbours(page, 3)).toEqual({ first: {}, next: { after: 'last', offset: '6' } })
})
