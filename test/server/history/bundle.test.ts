/** Tests bundles: each object comes back byte for byte, also after another one was erased. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { erase, packBundles, unpack } from '#server/publish/history/bundle.ts'

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array))

it('gives back every object', () => {
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 200 }), (objects) => {
      const { bundles, places } = packBundles(objects)
      expect(places.map((place) => unpack(bundles[place.bundle] ?? Buffer.of(), place))).toEqual(objects)
    }),
  )
})

it('erases one object and no other', () => {
  const objects = ['first', 'second', 'third'].map((text) => Buffer.from(text))
  const { bundles, places } = packBundles(objects)
  const [bundle, place] = [bundles[0], places[1]]
  if (!bundle || !place) throw new Error('nothing was packed')
  const erased = erase(bundle, place)
  expect(places.map((each) => unpack(erased, each).toString())).toEqual(['first', '\0'.repeat(6), 'third'])
})

it('holds few objects, and a large one alone', () => {
  const large = Buffer.alloc(300_000, 'x')
  const { bundles, places } = packBundles([...Array.from({ length: 65 }, () => Buffer.from('a')), large])
  expect(bundles).toHaveLength(3)
  expect(places.at(-1)).toEqual({ bundle: 2, start: 0, size: large.length })
})

it('is much smaller than its statements', () => {
  const statement = (at: number) => Buffer.from(`${'eyJhbGciOiJFUzI1NiJ9'.repeat(30)}.${at}`)
  const objects = Array.from({ length: 64 }, (_, at) => statement(at))
  const [bundle] = packBundles(objects).bundles
  expect(bundle?.length).toBeLessThan(Buffer.concat(objects).length / 20)
})
