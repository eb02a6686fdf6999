import { describe, expect, it } from 'vitest'
import { applySuperiorMetadata, checkIssuer, parseMetadata } from '#core/metadata.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { refusal } from './fixture/statement.ts'

describe('parseMetadata (§5)', () => {
  it('accepts any Entity Type, also an empty one', { tags: '5/objects' }, () => {
    const metadata = { federation_entity: {}, of_our_own: { list: [null], inner: { a: null } } }
    expect(parseMetadata(metadata)).toBe(metadata)
  })

  eachRow([
    ['no object', [], ['metadata']],
    proves(
      ['an Entity Type that is no object', { openid_provider: true }, ['metadata', 'openid_provider']],
      '5/objects',
    ),
    proves(
      ['an Entity Type that is null', { openid_provider: null }, ['metadata', 'openid_provider']],
      '5/objects',
    ),
    proves(
      [
        'a parameter that is null',
        { openid_provider: { scopes: null } },
        ['metadata', 'openid_provider', 'scopes'],
      ],
      '5/no-null',
    ),
    proves(
      ['jwks', { federation_entity: { jwks: { keys: [] } } }, ['metadata', 'federation_entity', 'jwks']],
      '5.2.1/no-jwks',
    ),
    proves(
      ['jwks_uri', { federation_entity: { jwks_uri: 'a' } }, ['metadata', 'federation_entity', 'jwks_uri']],
      '5.2.1/no-jwks',
    ),
    proves(
      [
        'signed_jwks_uri',
        { federation_entity: { signed_jwks_uri: 'a' } },
        ['metadata', 'federation_entity', 'signed_jwks_uri'],
      ],
      '5.2.1/no-jwks',
    ),
  ])('refuses %s', (_what, metadata, path) => {
    expect(() => parseMetadata(metadata)).toThrow(refusal('invalid_metadata', { path }))
  })

  it('accepts protocol keys outside federation_entity (§5.2.1)', () => {
    expect(() => parseMetadata({ openid_provider: { jwks: { keys: [] }, jwks_uri: 'a' } })).not.toThrow()
  })
})

describe('checkIssuer', () => {
  it.each(['openid_provider', 'oauth_authorization_server'])(
    'binds the issuer of %s (§5.1.3, §5.1.4)',
    { tags: '5.1.3/issuer' },
    (type) => {
      const check = (issuer: string) => () => checkIssuer({ [type]: { issuer } }, 'https://a.example')
      expect(check('https://a.example')).not.toThrow()
      expect(check('https://a.example/')).toThrow(
        refusal('invalid_metadata', { path: ['metadata', type, 'issuer'] }),
      )
    },
  )

  it('does not check other Entity Types', () => {
    expect(() =>
      checkIssuer({ openid_relying_party: { issuer: 'x' }, openid_provider: {} }, 'https://a.example'),
    ).not.toThrow()
  })
})

describe('applySuperiorMetadata (§3.1.1)', () => {
  const own = { openid_relying_party: { client_name: 'own', jwks: { keys: [1] } } }

  it('replaces whole parameters, adds new ones, and adds no Entity Type', {
    tags: '3.1.1/metadata-override',
  }, () => {
    const superior = {
      openid_relying_party: { jwks: { other: 1 }, contacts: ['a'] },
      openid_provider: { issuer: 'x' },
    }
    expect(applySuperiorMetadata(own, superior)).toEqual({
      openid_relying_party: { client_name: 'own', jwks: { other: 1 }, contacts: ['a'] },
    })
  })

  it('changes nothing without metadata of a Superior', () => {
    expect(applySuperiorMetadata(own, undefined)).toEqual(own)
  })

  it('does not change its arguments', () => {
    applySuperiorMetadata(own, { openid_relying_party: { client_name: 'theirs' } })
    expect(own.openid_relying_party.client_name).toBe('own')
  })
})
