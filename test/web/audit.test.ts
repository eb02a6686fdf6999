import { expect, test } from 'vitest'
import { auditFilter, parseAuditSearch } from '#lib/audit-search.ts'
import { csvLine } from '#lib/csv.ts'

const filterOf = (query: string) => auditFilter(parseAuditSearch(new URLSearchParams(query)))

test('conditions in the address become conditions of the API', () => {
  expect(filterOf('actor=%20admin%20&type=User')).toEqual({ actor: 'admin', resourceType: 'User' })
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
