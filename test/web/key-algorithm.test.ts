/** Tests the algorithms of signing keys: their names, and what they cost. */
import { expect, it } from 'vitest'
import { signJwt } from '#core/jws.ts'
import { generateSigningKey, signingAlgorithms } from '#core/keys.ts'
import { algorithms, costOf, findAlgorithm } from '#lib/key/algorithm.ts'

it('has a row for each algorithm of the server, found by the name in keys', () => {
  expect(signingAlgorithms.map(findAlgorithm)).toEqual(algorithms.map(([name]) => name))
  expect(findAlgorithm('RS384')).toBeUndefined()
  expect(findAlgorithm(undefined)).toBeUndefined()
})

it.each(['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'] as const)(
  'says how long signatures and keys of %s are',
  async (alg) => {
    const key = await generateSigningKey(alg)
    const [, , signature = ''] = (await signJwt({}, { key, typ: 'JWT' })).split('.')
    const cost = costOf(findAlgorithm(alg))
    expect(cost).toContain(`has ${signature.length.toLocaleString('en')} characters`)
    expect(cost).toContain(`published key ${String(key.pub).length.toLocaleString('en')};`)
  },
)

it('says nothing about the others', () => {
  expect(costOf('ES256')).toBeUndefined()
  expect(costOf(undefined)).toBeUndefined()
})
