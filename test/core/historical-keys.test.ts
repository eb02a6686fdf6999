import { describe, expect, it } from 'vitest'
import { buildHistoricalKeySet, parseHistoricalKey } from '#core/historical-keys.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { keys } from './fixture/keys.ts'
import { id, keySet, NOW, refusal } from './fixture/statement.ts'

const [key] = keySet('anchor').keys
const retired = { ...key, iat: NOW - 10, exp: NOW, nbf: NOW - 9 }

describe('parseHistoricalKey (§8.7.2)', () => {
  it.each([retired, { ...retired, revoked: { revoked_at: NOW, reason: 'compromised', note: 'x' } }])(
    'accepts %j',
    (value) => {
      expect(parseHistoricalKey(value)).toBe(value)
    },
  )

  eachRow([
    proves(['no exp', key, ['exp']], '8.7.2/claims'),
    ['an iat that is no number', { ...retired, iat: 'then' }, ['iat']],
    ['an nbf that is no number', { ...retired, nbf: null }, ['nbf']],
    ['revoked that is no object', { ...retired, revoked: true }, ['revoked']],
    proves(
      [
        'revoked without a time',
        { ...retired, revoked: { reason: 'superseded' } },
        ['revoked', 'revoked_at'],
      ],
      '8.7.2/claims',
    ),
    ['an empty reason', { ...retired, revoked: { revoked_at: NOW, reason: '' } }, ['revoked', 'reason']],
  ])('refuses %s', (_what, value, path) => {
    expect(() => parseHistoricalKey(value, ['key'])).toThrow(
      refusal('invalid_request', { path: ['key', ...path] }),
    )
  })
})

describe('buildHistoricalKeySet (§8.7.2)', () => {
  it('lists the keys at the top level', { tags: '8.7.2/claims' }, () => {
    expect(
      buildHistoricalKeySet({ issuer: id('anchor'), iat: NOW + 0.5, keys: [{ ...retired, kid: 'a' }] }),
    ).toEqual({
      iss: id('anchor'),
      iat: NOW,
      keys: [{ ...retired, kid: 'a' }],
    })
  })

  it('may be empty', () => {
    expect(buildHistoricalKeySet({ issuer: id('anchor'), iat: NOW, keys: [] }).keys).toEqual([])
  })

  it('refuses a private key and one without exp', () => {
    const build = (given: object) => () =>
      buildHistoricalKeySet({ issuer: id('anchor'), iat: NOW, keys: [{ ...keys.anchor, ...given }] })
    expect(build({ exp: NOW })).toThrow(/private member/)
    expect(build({ d: undefined })).toThrow(refusal('invalid_request'))
  })
})
