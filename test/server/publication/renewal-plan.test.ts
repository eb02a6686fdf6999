/** Tests that renewals in time keep the outage budget. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { validityFor } from '#core/outage-budget.ts'
import { budgetOf, dueAnewAt, isDueAnew } from '#server/publish/age.ts'
import { spreadLife } from '#server/publish/spread.ts'

/** The same inputs in each run. */
const seed = 20_261_202
const HOUR = 3600

const subject = fc.webUrl({ withFragments: false })
const hours = (min: number, max: number) => fc.integer({ min, max })

describe('renewals', () => {
  const plan = fc
    .record({ outageBudget: fc.option(hours(1, 2160)), more: hours(0, 5000), sub: subject })
    .map(({ outageBudget, more, sub }) => {
      const validity = outageBudget === null ? more + 1 : validityFor(outageBudget) + more
      return { sub, outageBudget, life: spreadLife(sub, validity * HOUR), budget: budgetOf({ outageBudget }) }
    })

  it('leave what is published valid for the budget, while the worker looks each hour', () => {
    const looks = fc.array(hours(1, HOUR), { minLength: 300, maxLength: 300 })
    fc.assert(
      fc.property(plan, hours(0, 2_000_000_000), looks, ({ life, budget }, start, pauses) => {
        let [now, iat] = [start, start]
        for (const pause of pauses) {
          // Until just before the worker looks again, this is what a cache may hold.
          now += Math.max(pause, Math.floor(life / 1000))
          if (budget > 0) expect(iat + life - now).toBeGreaterThanOrEqual(budget)
          if (isDueAnew({ iat, exp: iat + life }, now, budget)) iat = now
        }
      }),
      { seed },
    )
  })

  it('come after an hour and a half, or a tenth of the life, at the earliest', () => {
    fc.assert(
      fc.property(plan, ({ life, budget }) => {
        const due = dueAnewAt({ iat: 0, exp: life }, 0, budget)
        expect(due).toBeGreaterThanOrEqual(Math.min(1.5 * HOUR, life / 2))
        expect(due).toBeGreaterThanOrEqual(life / 10)
        expect(isDueAnew({ iat: 0, exp: life }, due, budget)).toBe(false)
        expect(isDueAnew({ iat: 0, exp: life }, Math.floor(due) + 1, budget)).toBe(true)
      }),
      { seed },
    )
  })

  it('without a budget, and of a life that cannot keep it, come after half of the life', () => {
    fc.assert(
      fc.property(hours(60, 100_000), hours(0, 100_000), (life, more) => {
        expect(dueAnewAt({ iat: 0, exp: life }, 0, 0)).toBe(life / 2)
        expect(dueAnewAt({ iat: 0, exp: life }, 0, life + more)).toBe(life / 2)
      }),
      { seed },
    )
  })
})
