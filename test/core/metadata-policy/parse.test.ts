import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FederationError } from '#core/errors.ts'
import {
  mergeMetadataPolicies,
  operators,
  parseMetadataPolicy,
  parseMetadataPolicyCrit,
} from '#core/metadata-policy/index.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { refusal } from '../fixture/statement.ts'

const parse = (parameter: unknown) => () => parseMetadataPolicy({ openid_provider: { p: parameter } })

describe('structure (§6.1.2)', () => {
  it('returns the policy unchanged, language tags and unknown operators included', () => {
    const policy = { openid_provider: { 'name#de': { essential: true }, p: { regexp: '^a$' } }, none: {} }
    expect(parseMetadataPolicy(policy)).toBe(policy)
  })

  it.each([
    ['subsetof', /Use subset_of\.$/],
    ['subset_of_', /Use subset_of\.$/],
    ['Add', /Use add\.$/],
    ['esential', /Use essential\.$/],
    ['values', /Use value\.$/],
    ['regexp', /Use value, add, default, one_of, subset_of, superset_of, or essential\.$/],
    ['toString', /is not an operator/],
  ])('refuses the unknown operator %s from an author', (operator, sentence) => {
    const policy = { openid_provider: { p: { essential: true, [operator]: ['a'] } } }
    const path = ['policy', 'openid_provider', 'p']
    expect(() => parseMetadataPolicy(policy, { path: ['policy'], authoring: true })).toThrow(
      refusal('invalid_metadata', { path, operator }),
    )
    expect(() => parseMetadataPolicy(policy, { authoring: true })).toThrow(sentence)
    expect(parseMetadataPolicy(policy)).toBe(policy)
  })

  eachRow([
    proves(['no object', 7, ['metadata_policy']], '6.1.2/shape'),
    ['an array', [], ['metadata_policy']],
    proves(['an Entity Type that is no object', { openid_provider: [] }, ['openid_provider']], '6.1.2/shape'),
    proves(
      ['a parameter that is no object', { openid_provider: { p: 'x' } }, ['openid_provider', 'p']],
      '6.1.2/shape',
    ),
    ['a parameter that is null', { openid_provider: { p: null } }, ['openid_provider', 'p']],
  ])('refuses %s', (_what, policy, path) => {
    expect(() => parseMetadataPolicy(policy)).toThrow(refusal('invalid_metadata', { path }))
  })

  it('prepends the path of its caller', () => {
    const policy = { openid_provider: { p: { add: 'x' } } }
    expect(() => parseMetadataPolicy(policy, { path: ['metadata_policy'] })).toThrow(
      refusal('invalid_metadata', { path: ['metadata_policy', 'openid_provider', 'p'], operator: 'add' }),
    )
  })
})

describe('operator values (§6.1.3.1)', () => {
  it.each([
    ['add', 'a'],
    ['add', null],
    ['add', [null]],
    ['add', [['a']]],
    ['default', null],
    ['one_of', 'a'],
    ['one_of', [true]],
    ['subset_of', {}],
    ['subset_of', null],
    ['superset_of', 7],
    ['essential', 'true'],
    ['essential', null],
  ])('%s refuses %j', { tags: '6.1.3/operator-value-types' }, (operator, value) => {
    expect(parse({ [operator]: value })).toThrow(
      refusal('invalid_metadata', { path: ['openid_provider', 'p'], operator }),
    )
  })

  eachRow([
    proves(['value', null], '6.1.3/operator-value-types'),
    proves(['value', { a: 1 }], '6.1.3/operator-value-types'),
    proves(['default', { a: 1 }], '6.1.3/operator-value-types'),
    proves(['add', [1, { a: 1 }]], '6.1.3/operator-value-types'),
    ['one_of', []],
    ['subset_of', []],
  ])('%s accepts %j', (operator, value) => {
    expect(parse({ [operator]: value })).not.toThrow()
  })

  it('takes operator names case-sensitively (§6.1.3): Add is unknown, and ignored', {
    tags: '6.1.3/case',
  }, () => {
    expect(parse({ Add: 7 })).not.toThrow()
  })
})

describe('combinations (§6.1.3.1)', () => {
  it.each([
    [{ value: ['a', 'b'], add: ['a'] }, true],
    [{ value: ['a'], add: ['a', 'b'] }, false],
    [{ value: null, add: [] }, false],
    [{ value: 'x', default: 'y' }, true],
    [{ value: null, default: 'y' }, false],
    [{ value: 'x', one_of: ['x', 'y'] }, true],
    [{ value: 'z', one_of: ['x', 'y'] }, false],
    [{ value: null, one_of: ['x'] }, false],
    [{ value: ['a'], subset_of: ['a', 'b'] }, true],
    [{ value: ['a', 'c'], subset_of: ['a', 'b'] }, false],
    [{ value: null, subset_of: ['a'] }, false],
    [{ value: 'a', subset_of: ['a'] }, false],
    [{ value: ['a', 'b'], superset_of: ['a'] }, true],
    [{ value: ['a'], superset_of: ['a', 'b'] }, false],
    [{ value: null, superset_of: [] }, false],
    [{ value: 'x', essential: true }, true],
    [{ value: null, essential: false }, true],
    [{ value: null, essential: true }, false],
    [{ add: ['a'], default: ['b'] }, true],
    [{ add: ['a'], one_of: ['a'] }, false],
    [{ add: ['a'], subset_of: ['a', 'b'] }, true],
    [{ add: ['c'], subset_of: ['a', 'b'] }, false],
    [{ add: ['a'], superset_of: ['b'] }, true],
    [{ default: 'x', one_of: ['y'] }, true],
    [{ default: ['a'], subset_of: ['b'] }, true],
    [{ default: [], superset_of: ['a'] }, true],
    [{ one_of: ['a'], subset_of: ['a'] }, false],
    [{ one_of: ['a'], superset_of: ['a'] }, false],
    [{ one_of: ['a'], essential: true }, true],
    [{ subset_of: ['a', 'b'], superset_of: ['a'] }, true],
    [{ subset_of: ['a'], superset_of: ['a', 'b'] }, false],
  ])('%j: %s', { tags: '6.1.3/combinations' }, (parameter, allowed) => {
    if (allowed) expect(parse(parameter)).not.toThrow()
    else expect(parse(parameter)).toThrow(refusal('invalid_metadata', { path: ['openid_provider', 'p'] }))
  })
})

describe('critical operators (§3.1.3, §6.1.3.2)', () => {
  const policy = { openid_provider: { p: { regexp: '^a$' } } }

  it.each([
    ['no array', 'regexp'],
    ['an empty array', []],
    ['a name that is no string', [7]],
    ...operators.map(({ name }): [string, string[]] => [`the standard operator ${name}`, [name]]),
    ['an operator that is not understood', ['regexp']],
  ])('metadata_policy_crit refuses %s', (_what, value) => {
    expect(() => parseMetadataPolicyCrit(value)).toThrow(
      refusal('invalid_metadata', { path: ['metadata_policy_crit'] }),
    )
  })

  it('refuse the policy even if no statement uses them', { tags: '6.1.3.2/critical' }, () => {
    expect(() => parseMetadataPolicy({}, { crit: ['regexp'] })).toThrow(
      refusal('invalid_metadata', { operator: 'regexp' }),
    )
    expect(() => mergeMetadataPolicies([], { crit: ['regexp'] })).toThrow(
      refusal('invalid_metadata', { operator: 'regexp' }),
    )
  })

  it('are ignored unless they are critical', { tags: '6.1.3.2/unknown-ignored' }, () => {
    expect(mergeMetadataPolicies([policy], { crit: [] })).toEqual({ openid_provider: { p: {} } })
  })
})

it('throws only FederationError on random input', () => {
  const names = fc.constantFrom(...operators.map(({ name }) => name), 'scope', '__proto__', 'constructor')
  const random = fc.dictionary(
    names,
    fc.dictionary(names, fc.dictionary(names, fc.jsonValue({ maxDepth: 2 }))),
  )
  fc.assert(
    fc.property(fc.oneof(fc.anything(), random), (value) => {
      try {
        mergeMetadataPolicies([parseMetadataPolicy(value), parseMetadataPolicy(value)])
        return true
      } catch (error) {
        return error instanceof FederationError
      }
    }),
  )
})
