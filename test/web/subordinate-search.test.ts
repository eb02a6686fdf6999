import { expect, test } from 'vitest'
import { nextSort, parseSubordinateSearch, variablesOf } from '#lib/subordinate/search.ts'

const now = new Date('2026-01-01T00:00:00Z')
const variables = (query: string) => variablesOf(parseSubordinateSearch(new URLSearchParams(query)), now)

test('an address becomes filter, order and place', () => {
  expect(
    variables(
      'q=lib&type=intermediate&state=FAILING&expires=7&mark=https://a.example/m&sort=-expires&after=x',
    ),
  ).toEqual({
    filter: {
      search: 'lib',
      intermediate: true,
      state: 'FAILING',
      expiresBefore: '2026-01-08T00:00:00.000Z',
      trustMarkType: 'https://a.example/m',
    },
    orderBy: { field: 'EXPIRES_AT', direction: 'DESC' },
    first: 50,
    after: 'x',
  })
})

test('what the API would not understand is left out', () => {
  expect(variables('state=OLD&expires=x&mark=member&sort=colour')).toEqual({
    filter: {},
    orderBy: { field: 'ENTITY_ID', direction: 'ASC' },
    first: 50,
    after: null,
  })
})

test('the page before a cursor is counted from its end', () => {
  expect(variables('before=x&after=y')).toMatchObject({ last: 50, before: 'x' })
})

test('a heading sorts by its column, and then the other way', () => {
  expect(nextSort('entity', 'expires')).toBe('expires')
  expect(nextSort('expires', 'expires')).toBe('-expires')
})
