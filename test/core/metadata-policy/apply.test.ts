import { describe, expect, it } from 'vitest'
import { applyMetadataPolicy, mergeMetadataPolicies } from '#core/metadata-policy/index.ts'
import { refusal } from '../fixture/statement.ts'

describe('applyMetadataPolicy (§6.1.4.2)', () => {
  it('runs for absent parameters, and does not change the others', {
    tags: '6.1.4.2/absent-parameters',
  }, () => {
    const policy = {
      a: { p: { value: 1 }, q: { add: ['x'] }, r: { default: true }, s: { subset_of: ['x'] } },
    }
    expect(applyMetadataPolicy(policy, { a: { t: 'kept' } })).toEqual({
      a: { t: 'kept', p: 1, q: ['x'], r: true },
    })
  })

  it('removes a parameter completely', { tags: '6.1.3/no-null' }, () => {
    const removed = applyMetadataPolicy({ a: { p: { value: null } } }, { a: { p: 'x', q: 'y' } })
    expect(removed).toStrictEqual({ a: { q: 'y' } })
  })

  it('creates no Entity Type', { tags: '6.1.4.2/absent-parameters' }, () => {
    expect(applyMetadataPolicy({ b: { p: { value: 1 } }, c: { p: { essential: true } } }, { a: {} })).toEqual(
      { a: {} },
    )
  })

  it('applies to a parameter only with its language tag (§6.1.2)', { tags: '6.1.2/language-tag' }, () => {
    const metadata = { a: { name: 'x', 'name#de': 'y' } }
    expect(applyMetadataPolicy({ a: { 'name#de': { value: 'z' } } }, metadata)).toEqual({
      a: { name: 'x', 'name#de': 'z' },
    })
  })

  it('does not change its arguments', () => {
    const metadata = { a: { p: ['x'] } }
    applyMetadataPolicy({ a: { p: { add: ['y'] } } }, metadata)
    expect(metadata).toEqual({ a: { p: ['x'] } })
  })

  it('validates the policy before it applies it', () => {
    expect(() => applyMetadataPolicy({ b: { p: { add: 'x' } } }, { a: {} })).toThrow(
      refusal('invalid_metadata', { path: ['b', 'p'], operator: 'add' }),
    )
  })

  it('survives inherited names', () => {
    const metadata = JSON.parse('{"__proto__":{"p":1},"constructor":{"toString":1}}')
    expect(JSON.stringify(applyMetadataPolicy({ a: { p: { value: 1 } } }, metadata))).toBe(
      JSON.stringify(metadata),
    )
  })
})

describe('scope (§6.1.3.1.8)', () => {
  const apply = (policy: Record<string, unknown>, scope: unknown, type = 'openid_relying_party') =>
    applyMetadataPolicy({ [type]: { scope: policy } }, { [type]: scope === undefined ? {} : { scope } })[type]
      ?.scope

  it.each([
    [{ subset_of: ['openid', 'email'] }, 'openid phone email', 'openid email'],
    [{ subset_of: ['phone'] }, 'openid', ''],
    [{ superset_of: ['openid'] }, 'openid  email', 'openid email'],
    [{ add: ['email'] }, 'openid', 'openid email'],
    [{ add: ['email'] }, undefined, 'email'],
    [{ default: ['openid', 'email'] }, undefined, 'openid email'],
    [{ default: 'openid email' }, undefined, 'openid email'],
    [{ value: 'openid email', subset_of: ['openid', 'email', 'phone'] }, 'phone', 'openid email'],
    [{ value: null }, 'openid', undefined],
    [{ essential: true, subset_of: ['phone'] }, 'openid', ''],
    [{ subset_of: ['openid'] }, undefined, undefined],
  ])('%j makes of %j: %j', { tags: '6.1.3.1.8/scope' }, (policy, scope, expected) => {
    expect(apply(policy, scope)).toBe(expected)
    expect(apply(policy, scope, 'oauth_client')).toBe(expected)
  })

  it.each([
    [{ superset_of: ['openid'] }, 'email'],
    [{ essential: true }, undefined],
    [{ one_of: ['openid'] }, 'openid'],
    [{ subset_of: 'openid' }, 'openid'],
    [{ subset_of: ['openid'] }, 7],
    [{ add: [{ toString: 1 }] }, 'openid'],
    [{ value: [7] }, 'openid'],
  ])('%j refuses %j', { tags: '6.1.3.1.8/scope' }, (policy, scope) => {
    expect(() => apply(policy, scope)).toThrow(
      refusal('invalid_metadata', { path: ['openid_relying_party', 'scope'] }),
    )
  })

  it('stays unchanged if it is not a string', () => {
    expect(apply({ essential: true }, [{ toString: 1 }])).toEqual([{ toString: 1 }])
  })

  it('is not split for other parameters and Entity Types', { tags: '6.1.3.1.8/scope' }, () => {
    expect(() => apply({ subset_of: ['a'] }, 'a b', 'openid_provider')).toThrow(refusal('invalid_metadata'))
    expect(() =>
      applyMetadataPolicy(
        { openid_relying_party: { p: { subset_of: ['a'] } } },
        { openid_relying_party: { p: 'a b' } },
      ),
    ).toThrow(refusal('invalid_metadata'))
  })

  it('merges as an array, from either form', () => {
    const level = (value: unknown) => ({ openid_relying_party: { scope: { value } } })
    expect(mergeMetadataPolicies([level('openid email'), level(['email', 'openid'])])).toEqual(
      level(['openid', 'email']),
    )
  })
})
