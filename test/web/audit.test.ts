import { expect, test } from 'vitest'
import { actionInWords } from '#lib/audit/action.ts'
import { auditFilter, parseAuditSearch } from '#lib/audit/search.ts'
import { csvLine } from '#lib/list/csv.ts'

const filterOf = (query: string) => auditFilter(parseAuditSearch(new URLSearchParams(query)))

test('conditions in the address become conditions of the API', () => {
  expect(filterOf('actor=%20admin%20&type=User')).toEqual({ actor: 'admin', resourceType: 'User' })
})

test('whether it was done is a condition, and words that are none are left out', () => {
  expect(filterOf('outcome=REFUSED')).toEqual({ outcome: 'REFUSED' })
  expect(filterOf('outcome=perhaps')).toEqual({})
})

test('what was not done does not sound as if it had been', () => {
  expect(actionInWords('registerSubordinate')).toBe('Registered')
  expect(actionInWords('registerSubordinate', 'REFUSED')).toBe('Tried to register subordinate')
  expect(actionInWords('verifySecondFactor')).toBe('Verify second factor')
})

test('both days are included, and what is no day does not count', () => {
  const { after, before } = filterOf('from=2026-03-01&until=2026-03-01')
  expect(new Date(before ?? '').getTime() - new Date(after ?? '').getTime()).toBe(24 * 3600 * 1000)
  expect(filterOf('from=yesterday')).toEqual({})
})

test('a cell is quoted where it must be, and never run as a formula', () => {
  expect(csvLine(['plain', 'a,b', 'say "hi"', null, { a: 1 }, '=1+1'])).toBe(
    'plain,"a,b","say ""hi""",,"{""a"":1}",\'=1+1\r\n',
  )
})
