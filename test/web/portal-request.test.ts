/** Tests requests in the portal: which wait for the member, where more can be asked, and what a change sends. */
import { describe, expect, test } from 'vitest'
import type { RequestRowFragment, RequestState } from '#lib/gql/graphql.ts'
import { changesOf, emptyChange, locateRefusal } from '#lib/portal/change.ts'
import { withFurther } from '#lib/portal/further.ts'
import { placeTitle } from '#lib/portal/place.ts'
import {
  canAsk,
  openRequestAbout,
  ownFirst,
  placeOf,
  type RequestPlace,
  waitingRequests,
} from '#lib/portal/request-place.ts'
import { memberRequestStates } from '#lib/portal/request-state.ts'
import { route } from '#lib/route.ts'

const row = (id: string, state: RequestState) =>
  ({ id, state, entityId: `https://${id}.example` }) as RequestRowFragment
const place = (name: string, slug: string, open: RequestRowFragment[] = [], active = true): RequestPlace => ({
  key: `${slug}.${name}`,
  organization: { id: name, name, active, contacts: [] },
  anchor: {
    slug,
    name: slug,
    entityId: `https://${slug}.example`,
    environment: null,
    contacts: [],
    selfCheckUrl: null,
    keyUpdateTriggerUrl: null,
    keyUpdateUrl: null,
  },
  open,
})
const open = [
  row('a', 'WAITING_FOR_OPERATOR'),
  row('b', 'WAITING_FOR_MEMBER'),
  row('c', 'WAITING_FOR_OPERATOR'),
  row('d', 'WAITING_FOR_MEMBER'),
]

describe('the open requests', () => {
  test('have those first that wait for the member, in their order', () => {
    expect(ownFirst(open).map(({ id }) => id)).toEqual(['b', 'd', 'a', 'c'])
  })

  test('are counted over all places', () => {
    const places = [place('Lund', 'main', open), place('Lund', 'test', open.slice(0, 2))]
    expect(waitingRequests(places).map(({ id }) => id)).toEqual(['b', 'd', 'b'])
  })

  test('are found by their entity', () => {
    expect(openRequestAbout(place('Lund', 'main', open), 'https://c.example')?.id).toBe('c')
    expect(openRequestAbout(place('Lund', 'main', open), 'https://x.example')).toBeUndefined()
    expect(openRequestAbout(undefined, 'https://c.example')).toBeUndefined()
  })
})

test('finds the place of an entity by its anchor and its organization', () => {
  const places = [place('Lund', 'main'), place('Oslo', 'main'), place('Oslo', 'test')]
  expect(placeOf(places, { anchor: 'test', organizationId: 'Oslo' })?.key).toBe('test.Oslo')
  expect(placeOf(places, { anchor: 'test', organizationId: 'Lund' })).toBeUndefined()
  expect(placeOf(places, { anchor: 'main', organizationId: null })).toBeUndefined()
})

test('only an active organization can ask', () => {
  expect([place('Lund', 'main'), place('Lund', 'main', [], false)].map(canAsk)).toEqual([true, false])
})

test.each([
  [[place('Lund', 'main'), place('Lund', 'test')], 'main'],
  [[place('Lund', 'main'), place('Oslo', 'main')], 'Lund'],
  [[place('Lund', 'main'), place('Lund', 'test'), place('Oslo', 'main')], 'Lund in main'],
])('calls the first place by what distinguishes it', (places, title) => {
  expect(placeTitle(place('Lund', 'main'), places)).toBe(title)
})

test('says what each state of a request waits for', () => {
  expect(Object.values(memberRequestStates).map(({ label }) => label)).toEqual([
    'Waits for the operators',
    'Waits for you',
    'Approved',
    'Refused',
    'Withdrawn',
  ])
})

test('names a request, and the place of a registration, in the address', () => {
  expect(route.portalRequest('a/b=')).toBe('/portal/request?id=a%2Fb%3D')
  expect(route.portalRegister('main.o')).toBe('/portal/register?place=main.o')
  expect(route.portalRegister()).toBe('/portal/register')
})

describe('a change', () => {
  const metadata = { openid_relying_party: { client_name: 'A' } }
  const draft = () => emptyChange({ metadata, jwks: { keys: [] } })

  test('begins with what the entity publishes, and changes nothing', () => {
    expect(JSON.parse(draft().metadata.text)).toEqual(metadata)
    expect(emptyChange(null).jwks).toEqual({ source: 'kept', text: '' })
    expect(changesOf(draft())).toEqual({ value: {} })
  })

  test('sends null for what the entity publishes, and the input otherwise', () => {
    const typed = draft()
    typed.jwks.source = 'published'
    typed.metadata.source = 'given'
    expect(changesOf(typed)).toEqual({ value: { jwks: null, metadata } })
  })

  test.each([
    ['', 'Enter the keys as a JWK Set.'],
    ['[]', 'Enter a JSON object { … }.'],
    ['{"keys": []}', 'key'],
    ['{"keys": [{"kty": "oct", "kid": "a", "k": "secret"}]}', ''],
  ])('refuses the keys %s at their field', (text, message) => {
    const typed = { ...draft(), jwks: { source: 'given' as const, text } }
    expect(changesOf(typed)).toMatchObject({
      refusal: { message: expect.stringContaining(message), path: expect.arrayContaining(['jwks']) },
    })
  })
})

test.each([
  [
    ['changes', 'jwks', 'keys', 0],
    ['jwks', 'keys', 0],
  ],
  [['changes'], ['changes']],
  [['message'], ['message']],
  [[], []],
])('shows a refusal of the path %j at %j', (path, located) => {
  expect(locateRefusal({ message: 'No.', path }).path).toEqual(located)
})

describe('the further pages of a list', () => {
  const page = (edge: number, last = 3) => ({
    edges: [edge],
    pageInfo: { hasNextPage: edge < last, endCursor: String(edge) },
  })
  const next = async (cursor: string) => page(Number(cursor) + 1)

  test.each([
    [0, [1]],
    [1, [1, 2]],
    [9, [1, 2, 3]],
  ])('with %i more are %j', async (pages, edges) => {
    expect((await withFurther(page(1), pages, next)).edges).toEqual(edges)
  })

  test('end where the place is gone', async () => {
    expect((await withFurther(page(1), 2, async () => undefined)).edges).toEqual([1])
  })
})
