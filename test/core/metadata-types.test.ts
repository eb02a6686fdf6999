/** Tests the JSON types of metadata parameters (§5.1, §5.2). */
import { describe, expect, it } from 'vitest'
import { metadataParameters } from '#core/metadata-parameters.ts'
import { describeTypeFaults, findTypeFaults } from '#core/metadata-types.ts'

const paths = (metadata: Record<string, Record<string, unknown>>) =>
  findTypeFaults(metadata).map(({ path, expected }) => `${path.join('.')}: ${expected}`)

const jwks = { keys: [{ kty: 'EC', crv: 'P-256', x: 'a', y: 'b' }] }

/** By type: values that fit, and values that do not. */
const values = {
  string: { good: ['', 'x'], bad: [1, true, ['x'], {}] },
  url: {
    good: ['https://a.example/b?c#d', 'com.example.app:/callback'],
    bad: ['', 'a.example', 1, ['https://a.example']],
  },
  strings: { good: [[], ['x', 'y']], bad: ['x', ['x', 1], { 0: 'x', length: 1 }, [['x']]] },
  urls: {
    good: [[], ['https://a.example']],
    bad: ['https://a.example', ['a.example'], ['https://a.example', 7]],
  },
  boolean: { good: [true, false], bad: ['true', 1, []] },
  number: { good: [0, 3600], bad: ['3600', [1]] },
  object: { good: [{}, { a: 1 }], bad: [[], 'x', 1] },
  jwks: {
    good: [jwks, { keys: [] }],
    bad: ['https://a.example/jwks', jwks.keys, { keys: {} }, { keys: [{}] }, {}],
  },
} as const

describe.each(Object.entries(metadataParameters))('%s', (entityType, parameters) => {
  it.each(Object.entries(parameters))('%s is of type %s', (name, type) => {
    for (const value of values[type].good) expect(paths({ [entityType]: { [name]: value } })).toEqual([])
    for (const value of values[type].bad)
      expect(paths({ [entityType]: { [name]: value } })).toEqual([
        expect.stringContaining(`${entityType}.${name}:`),
      ])
  })
})

it('says what is expected', () => {
  const metadata = {
    openid_relying_party: { redirect_uris: 'https://rp.example/cb', require_auth_time: 'no' },
  }
  expect(describeTypeFaults(findTypeFaults(metadata))).toBe(
    'openid_relying_party.redirect_uris must be an array of URLs. openid_relying_party.require_auth_time must be true or false.',
  )
})

it('lets unknown Entity Types and parameters pass', () => {
  expect(
    paths({
      some_type: { redirect_uris: 1 },
      constructor: { contacts: 1 },
      openid_relying_party: { own_parameter: 1, toString: 2, client_uris: 3 },
    }),
  ).toEqual([])
})

it('knows a parameter with a language tag (§14)', () => {
  expect(paths({ openid_relying_party: { 'client_name#de': 'x', 'client_name#fr': 1, '#': 1 } })).toEqual([
    'openid_relying_party.client_name#fr: a string',
  ])
})

it('keeps its sentence short, and repeats no value', () => {
  const secret = 'a value of a stranger'
  const tagged = Object.fromEntries(
    Array.from({ length: 20_000 }, (_, index) => [`client_name#${'x'.repeat(500)}${index}`, { secret }]),
  )
  const message = describeTypeFaults(findTypeFaults({ openid_relying_party: tagged })) ?? ''
  expect(message).toMatch(/ 19995 more parameters have a wrong type\.$/)
  expect(message.length).toBeLessThan(1000)
  expect(message).not.toContain(secret)
})
