/** Tests how the policy of a federation is found in what its anchor states about each member. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FederationError } from '#core/errors.ts'
import { type MetadataPolicy, mergeMetadataPolicies } from '#core/metadata-policy/index.ts'
import { findCommonPolicy, findOwnPolicy } from '#server/convert/common.ts'

const scopes = (...values: string[]): MetadataPolicy => ({
  openid_provider: { scopes_supported: { subset_of: values } },
})
const adding = (...values: string[]): MetadataPolicy => ({ openid_provider: { contacts: { add: values } } })

const restored = (stated: readonly MetadataPolicy[]) => {
  const common = findCommonPolicy(stated)
  return stated.map((each) => mergeMetadataPolicies([common, findOwnPolicy(common, each) ?? {}]))
}

test.each<[what: string, stated: MetadataPolicy[], common: MetadataPolicy, own: (MetadataPolicy | null)[]]>([
  ['nothing', [], {}, []],
  ['one member', [scopes('a')], scopes('a'), [null]],
  [
    'a narrower set',
    [scopes('a', 'b'), scopes('a'), scopes('a', 'b')],
    scopes('a', 'b'),
    [null, scopes('a'), null],
  ],
  [
    'a narrower set that more members have',
    [scopes('a'), scopes('a', 'b'), scopes('a')],
    scopes('a', 'b'),
    [scopes('a'), null, scopes('a')],
  ],
  ['a longer addition', [adding('a'), adding('a', 'b')], adding('a'), [null, adding('a', 'b')]],
  ['sets that do not contain each other', [scopes('a'), scopes('b')], {}, [scopes('a'), scopes('b')]],
  ['another order', [scopes('a', 'b'), scopes('b', 'a')], {}, [scopes('a', 'b'), scopes('b', 'a')]],
  ['a member without a policy', [scopes('a'), {}], {}, [scopes('a'), null]],
  [
    'a stricter essential',
    [{ x: { y: { essential: false } } }, { x: { y: { essential: true } } }],
    { x: { y: { essential: false } } },
    [null, { x: { y: { essential: true } } }],
  ],
  [
    'sets that contain and are contained',
    [
      { x: { y: { subset_of: ['a', 'b', 'c'], superset_of: ['a'] } } },
      { x: { y: { subset_of: ['a', 'b'], superset_of: ['a', 'b'] } } },
    ],
    { x: { y: { subset_of: ['a', 'b', 'c'], superset_of: ['a'] } } },
    [null, { x: { y: { subset_of: ['a', 'b'], superset_of: ['a', 'b'] } } }],
  ],
  ['an Entity Type without parameters', [{ x: {} }, { x: {} }], {}, [{ x: {} }, { x: {} }]],
  [
    'an operator that one member has more',
    [
      scopes('a'),
      { openid_provider: { scopes_supported: { subset_of: ['a'], essential: true }, other: {} } },
    ],
    scopes('a'),
    [null, { openid_provider: { scopes_supported: { essential: true }, other: {} } }],
  ],
])('%s', (_what, stated, common, own) => {
  expect(findCommonPolicy(stated)).toEqual(common)
  expect(stated.map((each) => findOwnPolicy(common, each))).toEqual(own)
  expect(restored(stated)).toEqual(stated)
})

const values = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 })
const optional = { requiredKeys: [] } as { requiredKeys: [] }
/** Those that go together, and the others alone. */
const parameter: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  fc.record({ subset_of: values, essential: fc.boolean() }, optional),
  fc.record({ superset_of: values, essential: fc.boolean() }, optional),
  fc.record({ subset_of: values, superset_of: values }, optional),
  fc.record({ add: values, default: values }, optional),
  fc.record({ one_of: values }),
  fc.record({ value: values }),
)
const policy = fc.dictionary(fc.constantFrom('p', 'q'), fc.dictionary(fc.constantFrom('x', 'y'), parameter))

/** Undefined: they contradict each other. */
function merge(policies: MetadataPolicy[]): MetadataPolicy | undefined {
  try {
    return mergeMetadataPolicies(policies)
  } catch (error) {
    if (error instanceof FederationError) return undefined
    throw error
  }
}

test('gives back what an anchor stated, for any policy of it and of its members', () => {
  let shared = 0
  fc.assert(
    fc.property(
      policy,
      fc.array(fc.option(policy, { nil: {} }), { minLength: 1, maxLength: 6 }),
      (of, own) => {
        const stated = own.map((each) => merge([of, each])).filter((each) => each !== undefined)
        expect(restored(stated)).toEqual(stated)
        if (stated.length > 1 && Object.keys(findCommonPolicy(stated)).length > 0) shared += 1
      },
    ),
    { numRuns: 300 },
  )
  expect(shared).toBeGreaterThan(20)
})
