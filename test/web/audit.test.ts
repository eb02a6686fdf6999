import { expect, test } from 'vitest'
import { actionInWords } from '#lib/audit/action.ts'
import { auditList, auditVariables } from '#lib/audit/list.ts'
import { csvLine } from '#lib/list/csv.ts'
import { listVariables } from '#lib/list/list.ts'

test('describes a failed action as an attempt', () => {
  expect(actionInWords('REGISTER_SUBORDINATE')).toBe('Subordinate registered')
  expect(actionInWords('REGISTER_SUBORDINATE', 'REFUSED')).toBe('Tried to register subordinate')
  expect(actionInWords('OTHER')).toBe('Action of another version')
})

test('quotes cells where necessary, and escapes formulas', () => {
  expect(csvLine(['plain', 'a,b', 'say "hi"', null, { a: 1 }, '=1+1'])).toBe(
    'plain,"a,b","say ""hi""",,"{""a"":1}",\'=1+1\r\n',
  )
})

test.each([
  ['today', 0],
  ['7', 6],
  ['30', 29],
])('the preset %s begins %i midnights ago', (period, days) => {
  const now = new Date(2026, 5, 15, 13, 45)
  const { filter } = listVariables(new URLSearchParams({ period }), auditList, now)
  expect(filter).toEqual({ after: new Date(2026, 5, 15 - days).toISOString() })
})

test.each([
  ['', true],
  ['period=7&from=2026-01-01', true],
  ['actor=anna', false],
  ['action=SIGN_IN', false],
  ['run=abc', false],
])('folds the entries of a run at ?%s: %s', (address, folded) => {
  expect(auditVariables(new URLSearchParams(address)).filter.folded).toBe(folded)
})

test('offers every action by its words', () => {
  const { action } = auditList.filters
  const words = action.kind === 'choice' ? action.options.map(([, text]) => text) : []
  expect(words).toContain('Subordinate registered')
  expect(new Set(words).size).toBe(words.length)
})
