import { describe, expect, it } from 'vitest'
import {
  buildEntityConfiguration,
  buildSubordinateStatement,
  parseEntityStatement,
  protectedClaims,
} from '#core/entity-statement/index.ts'
import { keys } from '../fixture/keys.ts'
import { id, keySet, NOW, refusal, signStatement } from '../fixture/statement.ts'

const frame = { iat: NOW + 0.9, exp: NOW + 100.9, keys: { keys: [keys.leaf] } }
const entity = { ...frame, entityId: id('leaf'), metadata: { federation_entity: {} } }
const link = { ...frame, issuer: id('anchor'), subject: id('leaf') }
const policy = { openid_relying_party: { contacts: { essential: true } } }

describe('buildEntityConfiguration', () => {
  it('has whole seconds, public keys and no empty claims (§3.1.2)', {
    tags: ['3.1.1/public-keys', '3.1.2/authority-hints-not-empty', '3.1.2/trust-anchor-hints'],
  }, () => {
    const empty = {
      authorityHints: [],
      trustAnchorHints: [],
      trustMarks: [],
      trustMarkIssuers: {},
      trustMarkOwners: {},
    }
    expect(buildEntityConfiguration({ ...entity, ...empty })).toEqual({
      iss: id('leaf'),
      sub: id('leaf'),
      iat: NOW,
      exp: NOW + 100,
      jwks: keySet('leaf'),
      metadata: { federation_entity: {} },
    })
  })

  it('has no trust_anchor_hints without Superiors (§3.1.2)', { tags: '3.1.2/trust-anchor-hints' }, () => {
    const hints = { trustAnchorHints: [id('anchor')], authorityHints: [id('upper')] }
    expect(buildEntityConfiguration({ ...entity, ...hints })).toHaveProperty('trust_anchor_hints')
    expect(buildEntityConfiguration({ ...entity, ...hints, authorityHints: [] })).not.toHaveProperty(
      'trust_anchor_hints',
    )
  })

  it('builds claims that can be parsed', {
    tags: ['3.1.1/required-claims', '3.1.2/authority-hints'],
  }, async () => {
    const claims = buildEntityConfiguration({
      ...entity,
      authorityHints: [id('anchor')],
      trustAnchorHints: [id('anchor')],
      trustMarkIssuers: { a: [] },
      trustMarkOwners: { a: { sub: id('owner'), jwks: keySet('owner') } },
      additionalClaims: { note: 'ours' },
    })
    expect(claims).toMatchObject({
      authority_hints: [id('anchor')],
      trust_mark_issuers: { a: [] },
      note: 'ours',
    })
    expect(parseEntityStatement(await signStatement(claims, keys.leaf)).claims).toEqual(claims)
  })
})

describe('buildSubordinateStatement', () => {
  it('has no empty claims (§3.1.3)', { tags: ['3.1.1/crit-names', '3.1.3/policy-crit-not-empty'] }, () => {
    const empty = { metadata: {}, metadataPolicy: {}, metadataPolicyCrit: [], constraints: {}, crit: [] }
    const claims = buildSubordinateStatement({ ...link, ...empty })
    expect(Object.keys(claims)).toEqual(['iss', 'sub', 'iat', 'exp', 'jwks'])
  })

  it('builds claims that can be parsed', {
    tags: ['3.1.1/required-claims', '3.1.2/authority-hints'],
  }, async () => {
    const claims = buildSubordinateStatement({
      ...link,
      metadata: { openid_relying_party: { client_name: 'Leaf' } },
      metadataPolicy: policy,
      constraints: { max_path_length: 0 },
      sourceEndpoint: 'https://anchor.example/fetch',
      additionalClaims: { note: 'ours' },
      crit: ['note'],
    })
    expect(claims).toMatchObject({ metadata_policy: policy, source_endpoint: 'https://anchor.example/fetch' })
    const jwt = await signStatement(claims, keys.anchor)
    expect(parseEntityStatement(jwt, { understoodClaims: ['note'] }).claims).toEqual(claims)
  })
})

describe('additional claims', () => {
  it('lists its critical claims (§3.1.1)', () => {
    const claims = buildSubordinateStatement({ ...link, additionalClaims: { note: 'ours' }, crit: ['note'] })
    expect(claims.crit).toEqual(['note'])
  })

  it.each([...protectedClaims])('cannot set %s', { tags: '3.1.1/crit-names' }, (name) => {
    const additionalClaims = { [name]: 'mine' }
    const refused = refusal('invalid_request', { path: ['additionalClaims', name] })
    expect(() => buildEntityConfiguration({ ...entity, additionalClaims })).toThrow(refused)
    expect(() => buildSubordinateStatement({ ...link, additionalClaims })).toThrow(refused)
  })

  it('cannot set any claim that Core defines for Entity Statements (§3.1)', () => {
    expect(protectedClaims.size).toBe(18)
  })
})
