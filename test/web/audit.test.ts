import { expect, test } from 'vitest'
import { actionInWords } from '#lib/audit/action.ts'
import { csvLine } from '#lib/list/csv.ts'

test('what was not done does not sound as if it had been', () => {
  expect(actionInWords('registerSubordinate')).toBe('Registered')
  expect(actionInWords('registerSubordinate', 'REFUSED')).toBe('Tried to register subordinate')
  expect(actionInWords('verifySecondFactor')).toBe('Verify second factor')
})

test('a cell is quoted where it must be, and never run as a formula', () => {
  expect(csvLine(['plain', 'a,b', 'say "hi"', null, { a: 1 }, '=1+1'])).toBe(
    'plain,"a,b","say ""hi""",,"{""a"":1}",\'=1+1\r\n',
  )
})
