import { describe, expect, it } from 'vitest'
import { buildTrustMarkStatus, isRecognizedTrustMark, parseTrustMarkOwners } from '#core/trust-mark/index.ts'
import { id, keySet, NOW, refusal } from '../fixture/statement.ts'

const mark = { iss: id('anchor'), trust_mark_type: 'a' }

describe('isRecognizedTrustMark (§3.1.2, §8.3)', () => {
  it.each([
    ['its issuer is listed', { a: [id('side'), id('anchor')] }, true],
    ['anybody may issue the type', { a: [] }, true],
    ['its issuer is not listed', { a: [id('side')] }, false],
    ['its type is not listed', { b: [] }, false],
    ['the Trust Anchor lists nothing', {}, false],
    ['the Trust Anchor says nothing', undefined, false],
  ])('where %s: %j', (_what, issuers, recognized) => {
    expect(isRecognizedTrustMark(mark, issuers)).toBe(recognized)
  })

  it('finds no inherited type', () => {
    expect(isRecognizedTrustMark({ ...mark, trust_mark_type: 'constructor' }, {})).toBe(false)
  })
})

describe('parseTrustMarkOwners (§3.1.2)', () => {
  it('keeps further members', () => {
    const owners = { a: { sub: id('owner'), jwks: keySet('owner'), note: 'x' } }
    expect(parseTrustMarkOwners(owners)).toEqual(owners)
  })

  it('reports the path', () => {
    expect(() => parseTrustMarkOwners({ a: { sub: id('owner') } }, ['owners'])).toThrow(
      refusal('invalid_request', { path: ['owners', 'a', 'jwks'] }),
    )
  })
})

describe('buildTrustMarkStatus (§8.4.2)', () => {
  it('contains the whole mark', () => {
    const input = { issuer: id('anchor'), iat: NOW + 0.5, trustMark: 'a.b.c', status: 'revoked' } as const
    const claims = { iss: id('anchor'), iat: NOW, trust_mark: 'a.b.c', status: 'revoked' }
    expect(buildTrustMarkStatus(input)).toEqual(claims)
    expect(buildTrustMarkStatus({ ...input, exp: NOW + 9.5 })).toEqual({ ...claims, exp: NOW + 9 })
  })
})
