/** Tests the check that every point has a test. */
import { expect, it } from 'vitest'
import { points, unproved } from '#test/points.ts'

const [first = '', second = '', ...others] = points().keys()
const passed = { tags: others, state: 'passed' }

it('notices a point without a test, and one whose tests did not pass', () => {
  const skipped = { tags: [second], state: 'skipped' }
  expect(unproved([passed, skipped])).toEqual({ untested: [first], notPassed: [second] })
  expect(unproved([passed, skipped, { tags: [first, second], state: 'passed' }])).toEqual({
    untested: [],
    notPassed: [],
  })
})

it('requires of a mutation its success, each failure type and its audit entry', () => {
  const prefix = 'mutation/deactivateSubordinate/'
  const ofMutation = [...points().keys()].filter((point) => point.startsWith(prefix))
  expect(ofMutation).toEqual(['success', 'NotFoundError', 'audit'].map((outcome) => prefix + outcome))
})

it('requires no test for the duties of other parties', () => {
  const known = [...points().keys()]
  expect(known).toContain('10.2/anchor')
  expect(known).not.toContain('12/registration')
})
