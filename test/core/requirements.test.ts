/** Every requirement of the specification has a test; `node test/requirements/report.ts` says which one has not. */
import { describe, expect, it } from 'vitest'
import { chapters } from '#test/requirements/chapters.ts'
import { brokenReferences, untested } from '#test/requirements/check.ts'
import { must, notOurs, testsIn } from '#test/requirements/requirement.ts'

describe.each(chapters)('$title', (chapter) => {
  it('has a test for every requirement', () => {
    expect(untested(chapter)).toEqual([])
  })

  it('names tests that exist', () => {
    expect(brokenReferences(chapter)).toEqual([])
  })
})

it('notices a test that was renamed, and a row that is gone', () => {
  const broken = (title: string, ...rows: string[]) => {
    const by = [{ file: 'test/core/trust-chain/check-constraints.test.ts', title, rows }]
    return brokenReferences({ title: '', requirements: [{ section: '1', requirement: '', by }] })
  }
  expect(broken('looks at the host alone')).toEqual([])
  expect(broken('set by %s to %i: %s', 'anchor')).toEqual([])
  for (const title of ['looks at the host', 'naming_constraints (§6.2.2)', 'set by .* to %i: %s']) {
    expect(broken(title)).toHaveLength(1)
  }
  expect(broken('set by %s to %i: %s', 'nobody')).toHaveLength(1)
  expect(
    brokenReferences({ title: '', requirements: [must('1', '', testsIn('core/nowhere')('x'))] }),
  ).toHaveLength(1)
})

it('notices a requirement without a test, unless it is for others', () => {
  const [open, foreign] = [must('1', 'Somebody does it.'), notOurs('2', 'Others do it.', 'They are others.')]
  expect(untested({ title: '', requirements: [open, foreign] })).toEqual([open])
})
