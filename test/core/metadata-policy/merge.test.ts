import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FederationError } from '#core/errors.ts'
import {
  applyMetadataPolicy,
  type MetadataPolicy,
  mergeMetadataPolicies,
} from '#core/metadata-policy/index.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { refusal } from '../fixture/statement.ts'

const policy = (parameter: Record<string, unknown>): MetadataPolicy => ({
  openid_relying_party: { p: parameter },
})

describe('mergeMetadataPolicies (§6.1.4.1)', () => {
  it('copies members of one policy, at every level', { tags: '6.1.4.1/copied' }, () => {
    const superior = { a: { p: { add: ['x'] }, q: { essential: true } } }
    const subordinate = { a: { p: { essential: true } }, b: { r: { value: 1 } } }
    expect(mergeMetadataPolicies([superior, subordinate])).toEqual({
      a: { p: { add: ['x'], essential: true }, q: { essential: true } },
      b: { r: { value: 1 } },
    })
  })

  it('returns no policy without policies', () => {
    expect(mergeMetadataPolicies([])).toEqual({})
  })

  it('validates a single policy', { tags: '6.1.4.1/validated' }, () => {
    expect(() => mergeMetadataPolicies([policy({ add: ['a'], one_of: ['a'] })])).toThrow(
      refusal('invalid_metadata'),
    )
  })

  eachRow([
    proves(
      ['superset_of above subset_of', { superset_of: ['a', 'b'] }, { subset_of: ['a'] }],
      '6.1.4.1/copied',
    ),
    proves(['add above subset_of', { add: ['a'] }, { subset_of: ['b'] }], '6.1.4.1/copied'),
    ['value null above essential', { value: null }, { essential: true }],
    ['one_of above add', { one_of: ['a'] }, { add: ['a'] }],
  ])('checks combinations after the merge: %s', (_what, superior, subordinate) => {
    expect(() => mergeMetadataPolicies([policy(superior), policy(subordinate)])).toThrow(
      refusal('invalid_metadata', { path: ['openid_relying_party', 'p'] }),
    )
  })

  it('merges three levels', { tags: '6.1.4.1/top-down' }, () => {
    const levels = [
      { subset_of: ['a', 'b', 'c'] },
      { subset_of: ['b', 'c', 'd'] },
      { subset_of: ['c', 'd', 'e'] },
    ]
    expect(mergeMetadataPolicies(levels.map(policy))).toEqual(policy({ subset_of: ['c'] }))
  })

  it('does not change its arguments or prototypes', () => {
    const hostile = JSON.parse(
      '{"__proto__":{"__proto__":{"value":"polluted"}},"constructor":{"name":{"value":"x"}}}',
    )
    const before = JSON.stringify(hostile)
    const merged = mergeMetadataPolicies([hostile, hostile])
    expect(JSON.stringify(merged)).toBe(before)
    expect(JSON.stringify(hostile)).toBe(before)
    expect({}).not.toHaveProperty('value')
  })
})

describe('properties', () => {
  const values = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'))
  const arrays = fc.record(
    {
      value: values,
      add: values,
      default: values,
      subset_of: values,
      superset_of: values,
      essential: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  const word = fc.constantFrom('a', 'b', 'c')
  const strings = fc.record(
    { value: word, default: word, one_of: values, essential: fc.boolean() },
    { requiredKeys: [] },
  )

  it('merging is associative, and so is its failure', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.tuple(arrays, arrays, arrays), fc.tuple(strings, strings, strings)),
        (levels) => {
          const [a, b, c] = levels.map(policy) as [MetadataPolicy, MetadataPolicy, MetadataPolicy]
          const left = attempt(() => mergeMetadataPolicies([mergeMetadataPolicies([a, b]), c]))
          const right = attempt(() => mergeMetadataPolicies([a, mergeMetadataPolicies([b, c])]))
          expect(right).toEqual(left)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('a subordinate never loosens the policy of its superior', { tags: '6.1.1/no-loosening' }, () => {
    fc.assert(
      fc.property(arrays, arrays, values, (superior, subordinate, parameter) => {
        const metadata = { openid_relying_party: { p: parameter } }
        const both = attempt(() =>
          applyMetadataPolicy(mergeMetadataPolicies([policy(superior), policy(subordinate)]), metadata),
        )
        fc.pre(both !== 'refused')
        const again = attempt(() => applyMetadataPolicy(policy(superior), both as typeof metadata))
        expect(again).toEqual(both)
      }),
      { numRuns: 500 },
    )
  })

  function attempt<T>(action: () => T): T | 'refused' {
    try {
      return sorted(action())
    } catch (error) {
      if (error instanceof FederationError) return 'refused'
      throw error
    }
  }

  /** The order of elements is not defined (§6.1.3). */
  function sorted<T>(value: T): T {
    const sort = (_name: string, inner: unknown) => (Array.isArray(inner) ? [...inner].sort() : inner)
    return JSON.parse(JSON.stringify(value, sort)) as T
  }
})
