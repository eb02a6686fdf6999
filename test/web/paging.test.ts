import { expect, test } from 'vitest'
import { pageLinks, pageVariables } from '#lib/list/paging.ts'

test('the first page, the one behind a cursor, and the one in front of one', () => {
  expect(pageVariables(new URLSearchParams(), 10)).toEqual({ first: 10, after: null })
  expect(pageVariables(new URLSearchParams('after=a'), 10)).toEqual({ first: 10, after: 'a' })
  expect(pageVariables(new URLSearchParams('before=b'), 10)).toEqual({ last: 10, before: 'b' })
})

test('only neighbours that exist are linked', () => {
  const info = { hasNextPage: true, hasPreviousPage: false, startCursor: 'a', endCursor: 'z' }
  expect(pageLinks(info, (place) => JSON.stringify(place))).toEqual({
    previous: undefined,
    next: '{"after":"z"}',
  })
})
