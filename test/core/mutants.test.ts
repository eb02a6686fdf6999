/** Tests when `npm run mutants` proves nothing. */
import { expect, it } from 'vitest'
import { objection } from '#test/mutants.ts'

const reportOf = (...statuses: string[]) => ({
  files: { 'federation/core/a.ts': { mutants: statuses.map((status) => ({ status })) } },
})

it('objects when most mutants ran into the time limit', () => {
  expect(objection(reportOf('Timeout', 'Timeout', 'Killed'))).toBe(
    '2 of 3 mutants ran into the time limit. Run it again on a machine with less to do.',
  )
})

it('counts no mutant that was not tried', () => {
  expect(objection(reportOf('Timeout', 'Ignored', 'NoCoverage', 'Ignored'))).toContain('1 of 1')
})

it('accepts some', () => {
  expect(objection(reportOf('Timeout', 'Survived', 'Killed'))).toBeNull()
})
