// @vitest-environment happy-dom
/** Tests the screens and their parts: which one an address belongs to, the tabs above it, and the same part elsewhere. */
import { expect, test } from 'vitest'
import { navigation, partAt, partIn, screenAt, tabsAt } from '#lib/navigation.ts'

const administrator = { mayManage: true }
const labels = (pathname: string, viewer = administrator) =>
  tabsAt(pathname, viewer)?.tabs.map(({ label }) => label)

test('has at most 11 screens', () => {
  expect(navigation.flatMap(({ screens }) => screens).length).toBeLessThanOrEqual(11)
})

test.each([
  ['/', 'Dashboard', 'Dashboard'],
  ['/subordinates/xyz', 'Subordinates', 'Subordinates'],
  ['/trust-marks/types/xyz/edit', 'Trust Marks', 'Trust Mark types'],
  ['/requests/xyz', 'Requests', 'Requests'],
  ['/requests/checks/edit', 'Requests', 'Checks of requests'],
  ['/requests/approvals/xyz', 'Requests', 'Approvals'],
  ['/administration/anchors/xyz', 'Administration', 'Anchors'],
  ['/administration/webhooks/xyz', 'Administration', 'Webhooks'],
  ['/settingsandmore', undefined, undefined],
])('%s belongs to %s, %s', (pathname, screen, part) => {
  expect(screenAt(pathname)?.label).toBe(screen)
  expect(partAt(pathname)?.label).toBe(part)
})

test.each([
  ['/requests', ['Requests', 'Approvals', 'Checks']],
  ['/trust-marks/types', ['Trust Marks', 'Types']],
  ['/settings', ['Overview', 'Metadata policy', 'Keys', 'Endpoints', 'Publication']],
  ['/administration', ['Anchors', 'Users', 'API keys', 'API', 'Webhooks', 'E-mail', 'Protection']],
  ['/settings/edit', undefined],
  ['/requests/xyz', undefined],
  ['/audit', undefined],
  ['/account', undefined],
])('the tabs above %s', (pathname, expected) => expect(labels(pathname)).toEqual(expected))

test('shows the parts of administrators to them only', () => {
  const others = ['Anchors', 'API', 'Protection']
  for (const pathname of ['/administration', '/administration/users'])
    expect(labels(pathname, { mayManage: false })).toEqual(others)
})

test.each([
  ['/subordinates', '/a/test/subordinates'],
  ['/subordinates/xyz/keys', '/a/test/subordinates'],
  ['/settings/keys', '/a/test/settings/keys'],
  ['/settings/edit', '/a/test/settings'],
  ['/trust-marks/types/xyz', '/a/test/trust-marks/types'],
  ['/requests/approvals/xyz', '/a/test/requests/approvals'],
  ['/administration/api', '/a/test/administration/api'],
  ['/administration/users', '/a/test'],
  ['/account', '/a/test'],
  ['/', '/a/test'],
])('the part of %s in another anchor is %s', (from, to) => expect(partIn('test', from)).toBe(to))
