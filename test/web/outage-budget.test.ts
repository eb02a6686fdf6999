/** Tests the words for whether what is published keeps the outage budget. */
import { expect, test } from 'vitest'
import { budgetInWords } from '#lib/outage-budget.ts'

const now = new Date('2026-12-01T12:00:00Z')
const late = {
  kind: 'fetch',
  reason: 'NOT_RENEWED',
  count: 1200,
  endsAt: '2026-12-02T08:00:00Z',
  isCounted: true,
} as const

test('says that it is kept', () => {
  expect(budgetInWords({ hours: 72, isKept: true, shortfalls: [] }, now)).toEqual({
    tone: 'success',
    title: 'Outage budget: 3 days, kept',
    findings: [],
    exceptions: [],
  })
})

test('says which kind does not keep it, and what no setting lengthens', () => {
  const one = { ...late, reason: 'KEY_ENDS', count: 1, isCounted: false } as const
  const resolve = { ...late, kind: 'resolve', reason: 'CHAIN_ENDS', count: null, isCounted: false } as const
  expect(budgetInWords({ hours: 50, isKept: false, shortfalls: [late, one, resolve] }, now)).toEqual({
    tone: 'warning',
    title: 'Outage budget: 2 days 2 hours, not kept',
    findings: ['Subordinate Statements: 1,200 not renewed in time. The first expires in 20 hours.'],
    exceptions: [
      'Subordinate Statements: 1 whose last key ends. It expires in 20 hours.',
      'Resolve responses: each ends with the first statement of its chain, often the Entity Configuration that the member signs. The first expires in 20 hours.',
    ],
  })
})

test('says that something has expired', () => {
  const expired = { ...late, endsAt: '2026-12-01T10:00:00Z' }
  const words = budgetInWords({ hours: 72, isKept: false, shortfalls: [expired] }, now)
  expect(words?.findings).toEqual([expect.stringContaining('The first expired 2 hours ago.')])
})

test.each([
  ['TOO_SHORT', '1,200 with a shorter validity'],
  ['FILES_OLD', 'the files are older than what is published'],
  ['NOT_AUTOMATIC', '1,200 without automatic renewal'],
  ['HAS_PROBLEM', '1,200 with a problem that prevents renewal'],
  ['DELEGATION_ENDS', '1,200 whose delegation ends'],
] as const)('describes the reason %s', (reason, text) => {
  const words = budgetInWords({ hours: 72, isKept: false, shortfalls: [{ ...late, reason }] }, now)
  expect(words?.findings).toEqual([`Subordinate Statements: ${text}. The first expires in 20 hours.`])
})

test('says nothing without a budget', () => {
  expect(budgetInWords(null, now)).toBeNull()
})
