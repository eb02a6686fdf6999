import { expect, test } from 'vitest'
import { actionInWords } from '#lib/audit/action.ts'
import { csvLine } from '#lib/list/csv.ts'

test('describes a failed action as an attempt', () => {
  expect(actionInWords('registerSubordinate')).toBe('Registered')
  expect(actionInWords('registerSubordinate', 'REFUSED')).toBe('Tried to register subordinate')
  expect(actionInWords('verifySecondFactor')).toBe('Verify second factor')
})

test('quotes cells where necessary, and escapes formulas', () => {
  expect(csvLine(['plain', 'a,b', 'say "hi"', null, { a: 1 }, '=1+1'])).toBe(
    'plain,"a,b","say ""hi""",,"{""a"":1}",\'=1+1\r\n',
  )
})
