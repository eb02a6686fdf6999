/** Tests that `npm run bench` measures each query of the console, or names it among those that do not grow. */
import { expect, it } from 'vitest'
import { operations, others } from '#test/bench/million/admin-operations.ts'
import { documents } from '#test/bench/million/console-documents.ts'

it('measures every query of the console', () => {
  const known = [...Object.keys(operations), ...Object.keys(others)]
  expect(known.toSorted()).toEqual([...documents.keys()].toSorted())
})
