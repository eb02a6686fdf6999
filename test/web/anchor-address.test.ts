/** Tests addresses of anchors: where the slug stands, which pages have none, and where a document belongs. */
import { expect, test } from 'vitest'
import { addressIn, anchorIn, placeOf, sectionIn, withoutAnchor } from '#lib/anchor/address.ts'

test.each([
  ['/', '/a/test'],
  ['/subordinates', '/a/test/subordinates'],
  ['/subordinates?q=a%2Fb&sort=-name', '/a/test/subordinates?q=a%2Fb&sort=-name'],
  ['/?x=1', '/a/test?x=1'],
  ['/collection/entity?id=https%3A%2F%2Fa', '/a/test/collection/entity?id=https%3A%2F%2Fa'],
  ['/usersandmore', '/a/test/usersandmore'],
])('%s in an anchor is %s, and back', (plain, scoped) => {
  expect(addressIn('test', plain)).toBe(scoped)
  expect(addressIn('test', addressIn('main', plain))).toBe(scoped)
  expect(anchorIn(scoped)).toBe('test')
  expect(addressIn(undefined, scoped)).toBe(plain)
})

test.each([
  '/users',
  '/users?role=ADMIN',
  '/api-keys',
  '/webhooks/new',
  '/messages?state=FAILED',
  '/account',
  '/installation/new',
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
  ['/a/main/subordinates', '/a/test/subordinates'],
  ['/a/main/subordinates/xyz/keys', '/a/test/subordinates'],
  ['/a/main/trust-anchor/edit', '/a/test/trust-anchor'],
  ['/a/main', '/a/test'],
  ['/users', '/a/test'],
])('the section of %s in another anchor is %s', (from, to) => expect(sectionIn('test', from)).toBe(to))

test.each([
  // One anchor: no slug.
  [['main'], undefined, '/keys', undefined, '/keys'],
  [['main'], 'main', '/a/main/keys?x=1', undefined, '/keys?x=1'],
  [['test'], undefined, '/', undefined, '/'],
  // Several: the one that is named, kept, or the first.
  [['main', 'test'], 'test', '/a/test/keys', 'test', '/a/test/keys'],
  [['main', 'test'], 'test', '/keys?x=1', 'test', '/a/test/keys?x=1'],
  [['main', 'test'], undefined, '/', 'main', '/a/main'],
  [['main', 'test'], 'gone', '/users', 'main', '/users'],
] as const)('of %o, %s at %s belongs to %s at %s', (slugs, anchor, address, chosen, there) =>
  expect(placeOf(slugs, { anchor, address })).toEqual({ anchor: chosen, address: there }),
)
