/** Cases worked out by hand from the rules: two levels of policy, merged and applied to one parameter (§6.1). */
import { describe, expect, it } from 'vitest'
import { applyMetadataPolicy, mergeMetadataPolicies } from '#core/metadata-policy/index.ts'
import { refusal } from '../fixture/statement.ts'

const TYPE = 'openid_relying_party'
const ABSENT = undefined
const FAILS = Symbol('fails')

type Policy = Record<string, unknown>

const resolve = (anchor: Policy, intermediate: Policy, parameter: unknown) => () => {
  const levels = [anchor, intermediate].map((policy) => ({ [TYPE]: { p: policy } }))
  const metadata = { [TYPE]: parameter === ABSENT ? {} : { p: parameter } }
  return applyMetadataPolicy(mergeMetadataPolicies(levels), metadata)[TYPE]?.p
}

describe('of Trust Anchor and Intermediate', () => {
  it.each<[anchor: Policy, intermediate: Policy, parameter: unknown, expected: unknown]>([
    [{ value: 'RS256' }, { value: 'ES256' }, ABSENT, FAILS],
    [{ subset_of: ['a', 'b'] }, { subset_of: ['c'] }, ['a'], []],
    [{ subset_of: [], essential: true }, { default: ['a'] }, ABSENT, []],
    [{ one_of: ['x', 'y'] }, { one_of: ['y', 'z'] }, 'y', 'y'],
    [{ one_of: ['x', 'y'] }, { one_of: ['y', 'z'] }, 'x', FAILS],
    [{ one_of: ['x'] }, { one_of: ['z'] }, 'x', FAILS],
    [{ default: [] }, { superset_of: ['a'] }, ABSENT, FAILS],
    [{ superset_of: ['a'] }, {}, ABSENT, ABSENT],
    [{ superset_of: ['a', 'b'] }, { subset_of: ['a'] }, ['a', 'b'], FAILS],
    [{ add: ['a'] }, { subset_of: ['b'] }, ['b'], FAILS],
    [{ value: null }, {}, 'x', ABSENT],
    [{ value: null }, { essential: true }, 'x', FAILS],
    [{ value: [] }, { default: ['a'] }, ['a'], []],
    [{ default: 'x' }, { default: 'y' }, 'z', FAILS],
    [{ essential: false }, { essential: true }, ABSENT, FAILS],
    [{ add: ['a'] }, { add: ['b'], superset_of: ['a', 'b'] }, ['c'], ['c', 'a', 'b']],
  ])(
    '%j above %j makes of %j: %j',
    { tags: ['6.1.3.1/merge', '6.1.3.1.5/empty-subset'] },
    (anchor, intermediate, parameter, expected) => {
      const resolved = resolve(anchor, intermediate, parameter)
      if (expected === FAILS) expect(resolved).toThrow(refusal('invalid_metadata', { path: [TYPE, 'p'] }))
      else expect(resolved()).toEqual(expected)
    },
  )
})
