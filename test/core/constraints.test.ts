import { describe, expect, it } from 'vitest'
import { filterEntityTypes, isPermittedHost, parseConstraints } from '#core/constraints.ts'
import { refusal } from './fixture/statement.ts'

describe('parseConstraints (§6.2)', () => {
  it('accepts every constraint, and ignores unknown ones', () => {
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

  it.each([
    ['no object', []],
    ['a negative max_path_length', { max_path_length: -1 }],
    ['a fractional max_path_length', { max_path_length: 1.5 }],
    ['a max_path_length that is a string', { max_path_length: '1' }],
    ['naming_constraints that is no object', { naming_constraints: [] }],
    ['permitted that is no array', { naming_constraints: { permitted: '.example.com' } }],
    ['a name that is no string', { naming_constraints: { excluded: [7] } }],
    ['an empty name', { naming_constraints: { permitted: [''] } }],
    ['a lone dot', { naming_constraints: { permitted: ['.'] } }],
    ['a URL', { naming_constraints: { permitted: ['https://example.com'] } }],
    ['a port', { naming_constraints: { excluded: ['example.com:443'] } }],
    ['a path', { naming_constraints: { excluded: ['example.com/a'] } }],
    ['a wildcard', { naming_constraints: { excluded: ['*.example.com'] } }],
    ['an empty label', { naming_constraints: { excluded: ['a..example.com'] } }],
    ['an internationalized name', { naming_constraints: { excluded: ['bücher.example'] } }],
    ['allowed_entity_types that is no array', { allowed_entity_types: 'openid_provider' }],
    ['an Entity Type that is no string', { allowed_entity_types: [7] }],
  ])('refuses %s (§3.2 step 19)', (_what, value) => {
    expect(() => parseConstraints(value)).toThrow(refusal('invalid_request'))
  })

  it.each([
    ['federation_entity among the allowed types (§6.2.3)', { allowed_entity_types: ['federation_entity'] }],
    ['permitted that permits nobody', { naming_constraints: { permitted: [] } }],
  ])('refuses when authoring, and only then, %s', (_what, value) => {
    expect(parseConstraints(value)).toBe(value)
    expect(() => parseConstraints(value, { authoring: true })).toThrow(refusal('invalid_request'))
  })

  it('says where', () => {
    const value = { naming_constraints: { permitted: ['.example.com', '*'] } }
    expect(() => parseConstraints(value, { path: 'form' })).toThrow(
      refusal('invalid_request', { path: 'form.naming_constraints.permitted[1]' }),
    )
  })
})

describe('isPermittedHost (§6.2.2)', () => {
  it.each([
    ['host.example.com', { permitted: ['.example.com'] }, true],
    ['a.b.example.com', { permitted: ['.example.com'] }, true],
    ['example.com', { permitted: ['.example.com'] }, false],
    ['badexample.com', { permitted: ['.example.com'] }, false],
    ['.example.com', { permitted: ['.example.com'] }, false],
    ['example.com', { permitted: ['example.com'] }, true],
    ['www.example.com', { permitted: ['example.com'] }, false],
    ['HOST.example.com', { permitted: ['.EXAMPLE.com'] }, true],
    ['host.example.com.', { permitted: ['.example.com'] }, true],
    ['host.example.com', { permitted: ['.example.com.'] }, true],
    ['old.example.com', { permitted: ['.example.com'], excluded: ['old.example.com'] }, false],
    ['old.example.com', { excluded: ['.example.com'] }, false],
    ['other.example', { excluded: ['.example.com'] }, true],
    ['other.example', { permitted: [] }, false],
    ['other.example', {}, true],
    ['192.0.2.1', {}, true],
    ['192.0.2.1', { excluded: ['.example.com'] }, false],
    ['[2001:db8::1]', { permitted: ['.example.com'] }, false],
  ])('%s under %j: %s', (host, constraints, permitted) => {
    expect(isPermittedHost(host, constraints)).toBe(permitted)
  })
})

describe('filterEntityTypes (§6.2.3)', () => {
  const metadata = { federation_entity: {}, openid_provider: {}, openid_relying_party: {} }

  it('keeps what is allowed, and federation_entity always', () => {
    expect(Object.keys(filterEntityTypes(metadata, ['openid_provider']))).toEqual([
      'federation_entity',
      'openid_provider',
    ])
    expect(Object.keys(filterEntityTypes(metadata, []))).toEqual(['federation_entity'])
  })
})
