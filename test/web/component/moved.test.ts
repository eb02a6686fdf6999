// @vitest-environment happy-dom
/** Tests that an address of an earlier version leads to the page as it is now. */
import { expect, test } from 'vitest'
import { movedTo } from '#lib/moved.ts'
import { navigation } from '#lib/navigation.ts'
import { route } from '#lib/route.ts'

const at = (address: string) => movedTo(new URL(address, 'https://admin.example'))

test.each([
  ['/api-keys?q=a', route.apiKeys({ q: 'a' })],
  ['/changes', route.approvals()],
  ['/changes?state=EXECUTED', route.approvals({ state: 'EXECUTED' })],
  ['/changes/xyz', route.approval('xyz')],
  ['/changes/two-people', route.protection()],
  ['/collection/entity?id=https%3A%2F%2Fa', route.collectionEntity('https://a')],
  ['/installation', route.anchors()],
  ['/installation/new', route.createAnchor()],
  ['/installation/anchors/test', route.anchor('test')],
  ['/keys#published', `${route.keys()}#published`],
  ['/messages', route.mail()],
  ['/playground', route.api()],
  ['/policy', route.policy()],
  ['/reference?name=Subordinate.state', `${route.api()}?name=Subordinate.state`],
  ['/reference/members', route.api()],
  ['/renewals?kind=all#top', `${route.activity({ kind: 'all' })}#top`],
  ['/renewals/xyz', route.run('xyz')],
  ['/trust-anchor/edit', route.settings('edit')],
  ['/trust-mark-types/xyz/edit', route.trustMarkType('xyz', 'edit')],
  ['/users', route.users()],
  ['/webhooks/xyz', route.webhook('xyz')],
])('%s is at %s', (old, now) => expect(at(old)).toBe(now))

test.each([
  ['/a/test/keys?x=1', '/a/test/settings/keys?x=1'],
  ['/a/test/playground', '/a/test/administration/api'],
])('%s is at %s, in the same anchor', (old, now) => expect(at(old)).toBe(now))

test('a present address stays', () => {
  const present = navigation.flatMap(({ screens }) => screens.flatMap(({ parts }) => parts))
  for (const { href } of present) expect(at(href)).toBeUndefined()
  for (const path of ['/subordinates/xyz/keys', '/usersandmore', '/portal', '/a/keys/audit'])
    expect(at(path)).toBeUndefined()
})
