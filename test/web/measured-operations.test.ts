/** Tests that `npm run bench` measures each query of the console, or names it among those that do not grow. */
import { expect, it } from 'vitest'
import { documents, operations, others } from '#test/bench/million/admin-operations.ts'

it('measures every query of the console', () => {
  const known = [...Object.keys(operations), ...others]
  expect(known.toSorted()).toEqual([...documents.keys()].toSorted())
})
