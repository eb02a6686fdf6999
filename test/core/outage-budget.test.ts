/** Tests which validity keeps an outage budget. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { budgetWithin, SPREAD, validityFor } from '#core/outage-budget.ts'

test.each([
  [1, 6],
  [16, 23],
  [18, 25],
  [72, 100],
  [120, 167],
  [2160, 3000],
])('a budget of %d hours needs a validity of %d hours', (budget, validity) => {
  expect(validityFor(budget)).toBe(validity)
})

test('the shortest life of the validity leaves four hours, and a fifth, to sign again', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2160 }), (budget) => {
      const life = validityFor(budget) * (1 - SPREAD)
      expect(life - budget).toBeGreaterThanOrEqual(4 - 1e-9)
      expect((life - budget) / life).toBeGreaterThanOrEqual(0.2 - 1e-9)
    }),
  )
})

test('the longest budget within a validity is one that it keeps, and one hour more is not', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), (validity) => {
      const budget = budgetWithin(validity)
      if (budget > 0) expect(validityFor(budget)).toBeLessThanOrEqual(validity)
      expect(validityFor(budget + 1)).toBeGreaterThan(validity)
    }),
  )
})
