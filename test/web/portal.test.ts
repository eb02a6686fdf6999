/** Tests the parts of the portal that need no browser: addresses, and where a Trust Mark is published. */
import { expect, test } from 'vitest'
import { addressIn, isOfPortal } from '#lib/anchor/address.ts'
import { entityAt } from '#lib/portal/entity.ts'
import { publicationOf } from '#lib/portal/published-mark.ts'
import { addressWithMore, furtherPages, isProblemSearch } from '#lib/portal/search.ts'
import { route } from '#lib/route.ts'

test.each([
  ['/portal', true],
  ['/portal?show=problem', true],
  ['/portal/entity/metadata?anchor=main&id=https%3A%2F%2Fa', true],
  ['/a/test/portal', true],
  ['/portals', false],
  ['/', false],
  ['/subordinates?q=/portal', false],
])('%s belongs to the portal: %s', (address, expected) => {
  expect(isOfPortal(address)).toBe(expected)
})

test('names no anchor in an address of the portal', () => {
  expect(addressIn('test', '/portal/organization?id=x')).toBe('/portal/organization?id=x')
})

test('names the anchor and the entity in the address of an entity, and reads them back', () => {
  const entity = { anchor: 'test', entityId: 'https://rp.example.org/a?b' }
  const url = new URL(
    route.portalEntity({ ...entity, entityId: 'https://rp.example.org/a' }, 'metadata'),
    'http://x',
  )
  expect(url.pathname).toBe('/portal/entity/metadata')
  expect(entityAt(url)).toEqual({ anchor: 'test', entityId: 'https://rp.example.org/a' })
  const faulty = new URL(route.portalEntity(entity), 'http://x')
  expect(() => entityAt(faulty)).toThrow(expect.objectContaining({ status: 404 }))
})

test.each(['', '?anchor=main', '?id=https%3A%2F%2Frp.example.org', '?anchor=main&id=rubbish'])(
  'finds no entity at “%s”',
  (search) => {
    const url = new URL(`http://x/portal/entity${search}`)
    expect(() => entityAt(url)).toThrow(expect.objectContaining({ status: 404 }))
  },
)

test('adds a page of one place to the address, and keeps those of others', () => {
  const first = addressWithMore({ pathname: '/portal', search: '?show=problem' }, 'main.a')
  const second = addressWithMore(new URL(first, 'http://x'), 'main.a')
  const { searchParams } = new URL(addressWithMore(new URL(second, 'http://x'), 'test.a'), 'http://x')
  expect(['main.a', 'test.a', 'test.b'].map((key) => furtherPages(searchParams, key))).toEqual([2, 1, 0])
  expect(isProblemSearch(searchParams)).toBe(true)
})

const mark = { type: 'https://ta.example.org/member', jwt: 'current' }
const published = (trust_mark_type: string, trust_mark: string) => ({ trust_mark_type, trust_mark })

test.each([
  [
    'current',
    { trust_marks: [published('https://other.example.org', 'x'), published(mark.type, 'current')] },
  ],
  ['current', { trust_marks: [published(mark.type, 'before'), published(mark.type, 'current')] }],
  ['other', { trust_marks: [published(mark.type, 'before')] }],
  ['none', { trust_marks: [published('https://other.example.org', 'current')] }],
  ['none', { trust_marks: ['rubbish', null] }],
  ['none', { trust_marks: 'rubbish' }],
  ['none', {}],
  ['none', null],
])('finds the Trust Mark as %s in %j', (expected, claims) => {
  expect(publicationOf(mark, claims)).toBe(expected)
})
