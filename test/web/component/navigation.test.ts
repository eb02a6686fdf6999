// @vitest-environment happy-dom
/** Where a page that finds nothing leads: to the list that its address belongs to. */
import { expect, test } from 'vitest'
import { screenOf } from '#lib/navigation.ts'

test.each([
  ['/subordinates/xyz', 'Subordinates'],
  ['/trust-mark-types/xyz/edit', 'Trust Mark types'],
  ['/requests/checks/edit', 'Checks of requests'],
  ['/changes/xyz', 'Approvals'],
  ['/nowhere', 'Dashboard'],
])('%s leads to %s', (pathname, label) => {
  expect(screenOf(pathname)?.label).toBe(label)
})
