/** What an item of a dry run would do: it is done and rolled back. */
import { findDifferences } from '#core/json-difference.ts'
import { formatPath } from '#core/path.ts'
import type { Outcome } from '#server/jobs/task.ts'
import { hashOfEffect, rehearse } from '#server/services/protection/approval.ts'
import { effectOf } from '#server/services/protection/effect.ts'

/** @throws OperationError if it would be refused */
export async function wouldChange(
  work: () => Promise<unknown>,
): Promise<Pick<Outcome, 'effect' | 'changes'>> {
  const changed = await rehearse(work)
  if (!changed) return {}
  const changes = Object.entries(effectOf(changed).fields)
    .filter(([, { before, after }]) => before !== null || !isOrdinary(after))
    .flatMap(([name, { before, after }]) => findDifferences(before, after, { path: [name] }))
    .map(({ path, ...values }) => ({ path: formatPath(path), ...values }))
  return { effect: hashOfEffect(changed), ...(changes.length > 0 ? { changes } : {}) }
}

/** Whether a new object has this value by default. */
const isOrdinary = (value: unknown) => value === true || (Array.isArray(value) && value.length === 0)
