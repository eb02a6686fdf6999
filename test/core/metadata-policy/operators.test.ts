/** The seven operators, row by row: action, merge and types (§6.1.3.1). */
import { describe, expect, it } from 'vitest'
import { applyMetadataPolicy, mergeMetadataPolicies, operators } from '#core/metadata-policy/index.ts'
import { refusal } from '../fixture/statement.ts'

const TYPE = 'openid_relying_party'
const ABSENT = undefined
const FAILS = Symbol('fails')

const apply = (policy: Record<string, unknown>, parameter: unknown) => () =>
  applyMetadataPolicy({ [TYPE]: { p: policy } }, { [TYPE]: parameter === ABSENT ? {} : { p: parameter } })[
    TYPE
  ]?.p

const merge = (operator: string, superior: unknown, subordinate: unknown) => () =>
  mergeMetadataPolicies([
    { [TYPE]: { p: { [operator]: superior } } },
    { [TYPE]: { p: { [operator]: subordinate } } },
  ])[TYPE]?.p?.[operator]

it('are applied in the order of the text', { tags: '6.1.3.1/order' }, () => {
  const names = ['value', 'add', 'default', 'one_of', 'subset_of', 'superset_of', 'essential']
  expect(operators.map(({ name }) => name)).toEqual(names)
})

describe('application', () => {
  it.each<[Record<string, unknown>, unknown, unknown]>([
    [{ value: 'x' }, 'y', 'x'],
    [{ value: 'x' }, ABSENT, 'x'],
    [{ value: null }, 'y', ABSENT],
    [{ value: false }, true, false],
    [{ value: [] }, ['a'], []],
    [{ value: { a: 1 } }, { b: 1 }, { a: 1 }],
    [{ add: ['a'] }, ABSENT, ['a']],
    [{ add: ['a', 'b', 'a'] }, ['b'], ['b', 'a']],
    [{ add: ['a', 'a'] }, ABSENT, ['a']],
    [{ add: [{ x: 1, y: 2 }] }, [{ y: 2, x: 1 }], [{ y: 2, x: 1 }]],
    [{ add: ['a'] }, 'a', FAILS],
    [{ default: 'x' }, ABSENT, 'x'],
    [{ default: 'x' }, 'y', 'y'],
    [{ default: ['x'] }, [], []],
    [{ default: true }, false, false],
    [{ one_of: ['x', 'y'] }, 'y', 'y'],
    [{ one_of: ['x', 'y'] }, 'z', FAILS],
    [{ one_of: ['x'] }, ABSENT, ABSENT],
    [{ one_of: ['x'] }, ['x'], FAILS],
    [{ one_of: [1, 2] }, 2, 2],
    [{ one_of: ['x'] }, true, FAILS],
    [{ subset_of: ['a', 'b', 'c'] }, ['a', 'e'], ['a']],
    [{ subset_of: ['a', 'b', 'c'] }, ['d', 'e'], []],
    [{ subset_of: ['a'] }, ABSENT, ABSENT],
    [{ subset_of: ['a'] }, 'a', FAILS],
    [{ superset_of: ['a'] }, ['a', 'b'], ['a', 'b']],
    [{ superset_of: ['a'] }, ['a'], ['a']],
    [{ superset_of: ['a', 'b'] }, ['a'], FAILS],
    [{ superset_of: ['a'] }, ABSENT, ABSENT],
    [{ superset_of: ['a'] }, 'a', FAILS],
    [{ essential: true }, ABSENT, FAILS],
    [{ essential: true }, [], []],
    [{ essential: true }, { a: 1 }, { a: 1 }],
    [{ essential: false }, ABSENT, ABSENT],
    // Table 1 of the text: essential and subset_of.
    [{ essential: true, subset_of: ['a', 'b', 'c'] }, ['a', 'e'], ['a']],
    [{ essential: true, subset_of: ['a', 'b', 'c'] }, ['d', 'e'], []],
    [{ essential: true, subset_of: ['a', 'b', 'c'] }, ABSENT, FAILS],
    [{ essential: false, subset_of: ['a', 'b', 'c'] }, ABSENT, ABSENT],
    // Order: a default is cut down, checked, and satisfies essential.
    [{ default: ['a', 'b'], subset_of: ['b'], essential: true }, ABSENT, ['b']],
    [{ default: 'x', one_of: ['y'] }, ABSENT, FAILS],
    [{ default: [], superset_of: ['a'] }, ABSENT, FAILS],
    [{ add: ['a'], default: ['b'] }, ABSENT, ['a']],
    [{ add: ['a'], superset_of: ['a'] }, [], ['a']],
    [{ value: null, essential: false }, 'x', ABSENT],
  ])(
    '%j makes of %j: %j',
    { tags: ['6.1.3/parameter-types', '6.1.3.1/order', '6.1.3.1/operators', '6.1.3.1.5/empty-subset'] },
    (policy, parameter, expected) => {
      if (expected === FAILS)
        expect(apply(policy, parameter)).toThrow(refusal('invalid_metadata', { path: [TYPE, 'p'] }))
      else expect(apply(policy, parameter)()).toEqual(expected)
    },
  )

  it.each(operators.map(({ name }) => name))(
    '%s refuses a parameter that is null',
    { tags: '6.1.3/parameter-types' },
    (name) => {
      const value = name === 'essential' ? false : ['a']
      expect(apply({ [name]: value }, null)).toThrow(refusal('invalid_metadata', { operator: name }))
    },
  )
})

describe('merge', () => {
  it.each<[string, unknown, unknown, unknown]>([
    ['value', 'x', 'x', 'x'],
    ['value', 'x', 'y', FAILS],
    ['value', null, null, null],
    ['value', null, 'x', FAILS],
    ['value', { a: 1, b: 2 }, { b: 2, a: 1 }, { a: 1, b: 2 }],
    ['value', ['a', 'b'], ['b', 'a'], ['a', 'b']],
    ['value', 'a', ['a'], FAILS],
    ['value', ['a'], ['a', 'b'], FAILS],
    ['value', ['a', 'b'], ['a'], FAILS],
    ['add', ['a'], ['b', 'a'], ['a', 'b']],
    ['default', 'x', 'x', 'x'],
    ['default', 'x', 'y', FAILS],
    ['default', false, false, false],
    ['one_of', ['x', 'y'], ['y', 'z'], ['y']],
    ['one_of', ['x'], ['z'], FAILS],
    ['subset_of', ['a', 'b'], ['b', 'c'], ['b']],
    ['subset_of', ['a'], ['c'], []],
    ['superset_of', ['a'], ['b'], ['a', 'b']],
    ['essential', true, false, true],
    ['essential', false, true, true],
    ['essential', false, false, false],
  ])('%s: %j and %j make %j', { tags: '6.1.3.1/merge' }, (operator, superior, subordinate, expected) => {
    if (expected === FAILS) {
      const place = { path: [TYPE, 'p'], operator }
      expect(merge(operator, superior, subordinate)).toThrow(refusal('invalid_metadata', place))
    } else expect(merge(operator, superior, subordinate)()).toEqual(expected)
  })
})
