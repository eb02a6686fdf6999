import { describe, expect, it } from 'vitest'
import { filterEntityTypes, isPermittedHost, parseConstraints } from '#core/constraints.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { refusal } from './fixture/statement.ts'

describe('parseConstraints (§6.2)', () => {
  it('accepts every constraint, and ignores unknown ones', { tags: '6.2/unknown-ignored' }, () => {
    const constraints = {
      max_path_length: 0,
      naming_constraints: {
        permitted: ['.example.com', 'host.example.org', 'xn--bcher-kva.example'],
        excluded: [],
      },
      allowed_entity_types: [],
      allowed_leaf_entity_types: 7,
    }
    expect(parseConstraints(constraints, { authoring: true })).toBe(constraints)
  })

  eachRow([
    ['no object', []],
    proves(['a negative max_path_length', { max_path_length: -1 }], '6.2.1/whole-number'),
    proves(['a fractional max_path_length', { max_path_length: 1.5 }], '6.2.1/whole-number'),
    ['a max_path_length that is a string', { max_path_length: '1' }],
    ['naming_constraints that is no object', { naming_constraints: [] }],
    ['permitted that is no array', { naming_constraints: { permitted: '.example.com' } }],
    ['a name that is no string', { naming_constraints: { excluded: [7] } }],
    proves(['an empty name', { naming_constraints: { permitted: [''] } }], '6.2.2/names'),
    ['a lone dot', { naming_constraints: { permitted: ['.'] } }],
    proves(['a URL', { naming_constraints: { permitted: ['https://example.com'] } }], '6.2.2/names'),
    proves(['a port', { naming_constraints: { excluded: ['example.com:443'] } }], '6.2.2/names'),
    ['a path', { naming_constraints: { excluded: ['example.com/a'] } }],
    proves(['a wildcard', { naming_constraints: { excluded: ['*.example.com'] } }], '6.2.2/names'),
    proves(['an empty label', { naming_constraints: { excluded: ['a..example.com'] } }], '6.2.2/names'),
    ['an internationalized name', { naming_constraints: { excluded: ['bücher.example'] } }],
    ['allowed_entity_types that is no array', { allowed_entity_types: 'openid_provider' }],
    ['an Entity Type that is no string', { allowed_entity_types: [7] }],
  ])('refuses %s (§3.2 step 19)', (_what, value) => {
    expect(() => parseConstraints(value)).toThrow(refusal('invalid_request'))
  })

  eachRow([
    proves(
      ['federation_entity among the allowed types (§6.2.3)', { allowed_entity_types: ['federation_entity'] }],
      '6.2.3/federation-entity-not-listed',
    ),
    ['permitted that permits no entity', { naming_constraints: { permitted: [] } }],
  ])('refuses when authoring, and only then, %s', (_what, value) => {
    expect(parseConstraints(value)).toBe(value)
    expect(() => parseConstraints(value, { authoring: true })).toThrow(refusal('invalid_request'))
  })

  it('reports the path', () => {
    const value = { naming_constraints: { permitted: ['.example.com', '*'] } }
    expect(() => parseConstraints(value, { path: ['form'] })).toThrow(
      refusal('invalid_request', { path: ['form', 'naming_constraints', 'permitted', 1] }),
    )
  })
})

describe('isPermittedHost (§6.2.2)', () => {
  eachRow([
    proves(['host.example.com', { permitted: ['.example.com'] }, true], '6.2.2/leading-dot'),
    proves(['a.b.example.com', { permitted: ['.example.com'] }, true], '6.2.2/leading-dot'),
    ['example.com', { permitted: ['.example.com'] }, false],
    proves(['badexample.com', { permitted: ['.example.com'] }, false], '6.2.2/leading-dot'),
    ['.example.com', { permitted: ['.example.com'] }, false],
    ['example.com', { permitted: ['example.com'] }, true],
    proves(['www.example.com', { permitted: ['example.com'] }, false], '6.2.2/leading-dot'),
    ['HOST.example.com', { permitted: ['.EXAMPLE.com'] }, true],
    ['host.example.com.', { permitted: ['.example.com'] }, true],
    proves(['host.example.com', { permitted: ['.example.com.'] }, true], '6.2.2/leading-dot'),
    proves(
      ['old.example.com', { permitted: ['.example.com'], excluded: ['old.example.com'] }, false],
      '6.2.2/excluded',
    ),
    proves(['old.example.com', { excluded: ['.example.com'] }, false], '6.2.2/excluded'),
    ['other.example', { excluded: ['.example.com'] }, true],
    ['other.example', { permitted: [] }, false],
    ['other.example', {}, true],
    proves(['192.0.2.1', {}, true], '6.2.2/host-only'),
    proves(['192.0.2.1', { excluded: ['.example.com'] }, false], '6.2.2/host-only'),
    proves(['[2001:db8::1]', { permitted: ['.example.com'] }, false], '6.2.2/host-only'),
  ])('%s under %j: %s', (host, constraints, permitted) => {
    expect(isPermittedHost(host, constraints)).toBe(permitted)
  })
})

describe('filterEntityTypes (§6.2.3)', () => {
  const metadata = { federation_entity: {}, openid_provider: {}, openid_relying_party: {} }

  it('keeps allowed types, and always federation_entity', { tags: '6.2.3/federation-entity-kept' }, () => {
    expect(Object.keys(filterEntityTypes(metadata, ['openid_provider']))).toEqual([
      'federation_entity',
      'openid_provider',
    ])
    expect(Object.keys(filterEntityTypes(metadata, []))).toEqual(['federation_entity'])
  })
})
