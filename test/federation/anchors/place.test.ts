/** Tests which identifiers an anchor can have beside others: each path of the route table, and paths that nothing reaches. */
import { expect, it } from 'vitest'
import { findPlaceFault } from '#federation/anchors/place.ts'
import { servedPaths } from '#federation/http/served-paths.ts'

const first = { slug: 'main', entityId: 'https://ta.example.org' }
const edu = { slug: 'edu', entityId: 'https://ta.example.org/edu' }
const fault = (entityId: string, others = [first, edu]) => findPlaceFault({ slug: 'new', entityId }, others)

const paths = servedPaths.filter((path) => path !== '/')
it('knows every path', () => {
  for (const path of ['/fetch', '/.well-known/openid-federation', '/health/live', '/metrics', '/status'])
    expect(paths).toContain(path)
})

it.each(paths)('refuses %s of another anchor, and what begins so', (path) => {
  const [, part] = path.split('/')
  for (const above of [first, edu]) {
    const sentence = `The anchor ${above.slug} serves ${above.entityId}/${part}. Choose another path.`
    for (const taken of [path, `/${part}`, `${path}/`, `${path}/more`])
      expect(fault(above.entityId + taken)).toBe(sentence)
  }
  // The other way round: it would serve the path that an anchor has.
  const inside = { slug: 'inside', entityId: `https://other.example.org/a${path}` }
  expect(fault('https://other.example.org/a', [first, inside])).toMatch(
    /^The anchor inside has the identifier .* which this one would serve as /,
  )
  expect(fault(`https://other.example.org${path}`)).toBeUndefined()
})

it('refuses a path of the first anchor where a proxy removes its own', () => {
  const below = { slug: 'main', entityId: 'https://ta.example.org/ta' }
  expect(fault('https://ta.example.org/fetch', [below])).toMatch(/^The anchor main serves /)
})

it.each([
  '/a/../edu2',
  '/./edu2',
  '/%65du2',
  '/edu2/..',
  '//edu2',
  '/edu2//',
  '/edu2%2Fx',
  '/é',
  '/a;b',
  '/a/%2e%2e/b',
])('refuses %s, which nothing reaches', (path) => {
  expect(fault(`https://ta.example.org${path}`)).toBe(
    `Nothing reaches the path ${path.replace(/\/$/, '')}: clients and proxies write it in another way. Use letters, digits and the signs - . _ ~ only.`,
  )
})

it.each([
  'https://ta.example.org/edu2',
  'https://ta.example.org/edu/more',
  'https://ta.example.org/Edu_2.1~x-/',
  'https://ta.example.org/fetching',
  'https://new.example.org',
  'https://ta.example.org:8443',
])('takes %s', (entityId) => {
  expect(fault(entityId)).toBeUndefined()
})
