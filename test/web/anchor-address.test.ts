/** Tests addresses of anchors: where the slug stands, which pages have none, and where a document belongs. */
import { expect, test } from 'vitest'
import { addressIn, anchorIn, placeOf, withoutAnchor } from '#lib/anchor/address.ts'

test.each([
  ['/', '/a/test'],
  ['/subordinates', '/a/test/subordinates'],
  ['/subordinates?q=a%2Fb&sort=-name', '/a/test/subordinates?q=a%2Fb&sort=-name'],
  ['/?x=1', '/a/test?x=1'],
  ['/explorer/collection/entity?id=https%3A%2F%2Fa', '/a/test/explorer/collection/entity?id=https%3A%2F%2Fa'],
  ['/administration/api?x=1', '/a/test/administration/api?x=1'],
  ['/administrationandmore', '/a/test/administrationandmore'],
])('%s in an anchor is %s, and back', (plain, scoped) => {
  expect(addressIn('test', plain)).toBe(scoped)
  expect(addressIn('test', addressIn('main', plain))).toBe(scoped)
  expect(anchorIn(scoped)).toBe('test')
  expect(addressIn(undefined, scoped)).toBe(plain)
})

test.each([
  '/administration',
  '/administration/users?role=ADMIN',
  '/administration/api-keys',
  '/administration/webhooks/new',
  '/account',
  '/sign-in?next=%2F',
])('%s is about the installation', (address) => {
  expect(addressIn('test', address)).toBe(address)
  expect(anchorIn(address)).toBeUndefined()
})

test.each(['/audit', '/a', '/about/a/test'])('%s names no anchor', (address) => {
  expect(anchorIn(address)).toBeUndefined()
  expect(withoutAnchor(address)).toBe(address)
})

test.each(['/a/main//evil.example', '/a/main/\\evil.example', '//evil.example'])(
  '%s stays on this site',
  (address) => expect(addressIn(undefined, address)).toBe('/evil.example'),
)

test.each([
  // One anchor: no slug.
  [['main'], undefined, '/audit', undefined, '/audit'],
  [['main'], 'main', '/a/main/audit?x=1', undefined, '/audit?x=1'],
  [['test'], undefined, '/', undefined, '/'],
  // Several: the one that is named, kept, or the first.
  [['main', 'test'], 'test', '/a/test/audit', 'test', '/a/test/audit'],
  [['main', 'test'], 'test', '/audit?x=1', 'test', '/a/test/audit?x=1'],
  [['main', 'test'], undefined, '/', 'main', '/a/main'],
  [['main', 'test'], 'gone', '/account', 'main', '/account'],
] as const)('of %o, %s at %s belongs to %s at %s', (slugs, anchor, address, chosen, there) =>
  expect(placeOf(slugs, { anchor, address })).toEqual({ anchor: chosen, address: there }),
)
