/**
 * The outage budget: the hours for which everything that is published stays valid, if nothing is signed from now on. What a
 * validity must be for that, so that there is also time to sign again.
 */

/** The part of the validity by which statements and Trust Marks end earlier, by a hash of their subject. */
export const SPREAD = 0.1

/** Hours beyond the budget, at least: a schedule of each hour may fail once. */
const LEAST_MARGIN = 4

/** The shortest validity in whole hours that keeps a budget: a quarter more, at least four hours more, and the spread. */
export function validityFor(budget: number): number {
  return Math.ceil((budget + Math.max(LEAST_MARGIN, budget / 4)) / (1 - SPREAD))
}

/** The longest budget in whole hours that a validity keeps; 0: none. */
export function budgetWithin(validity: number): number {
  let budget = validity
  while (budget > 0 && validityFor(budget) > validity) budget--
  return budget
}
