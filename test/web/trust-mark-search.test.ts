import { expect, test } from 'vitest'
import { parseTrustMarkSearch, trustMarkFilterOf } from '#lib/trust-mark/search.ts'

const now = new Date('2026-01-01T00:00:00Z')
const filterOf = (query: string) => trustMarkFilterOf(parseTrustMarkSearch(new URLSearchParams(query)), now)

test('an address becomes a filter', () => {
  expect(filterOf('q=rp&type=https://ta.example/member&state=ACTIVE&expires=7')).toEqual({
    search: 'rp',
    trustMarkType: 'https://ta.example/member',
    state: 'ACTIVE',
    expiresBefore: '2026-01-08T00:00:00.000Z',
  })
})

test('what the API would not understand is left out', () => {
  expect(filterOf('type=member&state=constructor&expires=soon&other=1')).toEqual({})
})
