/** Tests the words for users who act for organizations. */
import { expect, test } from 'vitest'
import { effectOfRole, membershipInWords } from '#lib/auth/membership.ts'

test.each([
  [[], null],
  [['Lund'], 'Member of Lund'],
  [['Lund', 'Oslo'], 'Member of Lund and Oslo'],
  [['Bergen', 'Lund', 'Oslo'], 'Member of Bergen, Lund and 1 other'],
  [['A', 'B', 'C', 'D'], 'Member of A, B and 2 others'],
])('of %o: %s', (organizations, words) => {
  expect(membershipInWords(organizations)).toBe(words)
})

test('a role adds the console, and leaves the portal', () => {
  expect(effectOfRole([], false)).toBeNull()
  expect(effectOfRole(['Lund'], false)).toMatch(/^They act for Lund in the portal.*A role also opens/)
  expect(effectOfRole(['Lund', 'Oslo'], false)).toMatch(/^They act for their organizations/)
  expect(effectOfRole(['Lund'], true)).toMatch(/^They also act for Lund.*That stays/)
})
