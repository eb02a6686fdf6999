/** Tests the correction of pasted Entity Identifiers. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { findEntityIdError } from '#core/entity-id.ts'
import { correctEntityId, explainDifference } from '#core/entity-id-correction.ts'

const rp = 'https://rp.example'

it.each([
  ['spaces', ' https://rp. example\u200b\n'],
  ['a fragment', 'https://rp.example#top'],
  ['a query', 'https://rp.example?lang=en'],
  ['the address of its configuration', 'https://rp.example/.well-known/openid-federation'],
  ['that address with a slash', 'https://rp.example/.well-known/openid-federation/'],
  ['http', 'http://rp.example'],
  ['capitals', 'HTTPS://RP.example'],
  ['all of it', 'HTTP://RP.Example/.well-known/openid-federation?a#b '],
])('corrects %s', (_what, text) => {
  expect(correctEntityId(text)?.entityId).toBe(rp)
})

it.each([
  ['says each thing that was wrong', 'http://rp.example#a', /fragment.*https/],
  ['names the address of the configuration', `${rp}/.well-known/openid-federation`, /address/],
])('%s', (_what, text, reason) => {
  expect(correctEntityId(text)?.reason).toMatch(reason)
})

it.each([
  ['an identifier', rp],
  ['a path with capitals', `${rp}/Path`],
  ['a slash at the end, which may be right', `${rp}/`],
  ['the path within another', `${rp}/.well-known/openid-federation/x`],
  ['a text', 'no identifier#at all'],
])('offers nothing for %s', (_what, text) => {
  expect(correctEntityId(text)).toBeUndefined()
})

it('keeps http in a test federation', () => {
  const given = 'http://127.0.0.1:1/#a'
  expect(correctEntityId(given, { allowHttp: true })?.entityId).toBe('http://127.0.0.1:1/')
  expect(correctEntityId('http://127.0.0.1:1', { allowHttp: true })).toBeUndefined()
})

it('offers identifiers only, and nothing further to correct', () => {
  const texts = fc.oneof(
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    fc.string(),
    fc.webUrl().map((url) => `${url}/.well-known/openid-federation`.toUpperCase()),
  )
  fc.assert(
    fc.property(texts, (text) => {
      const corrected = correctEntityId(text)
      if (!corrected) return
      expect(findEntityIdError(corrected.entityId)).toBeUndefined()
      expect(correctEntityId(corrected.entityId)).toBeUndefined()
    }),
  )
})

it.each([
  [`${rp}/`, rp, /slash/],
  [rp, `${rp}/`, /slash/],
  ['http://rp.example', rp, /https/],
  ['https://RP.example', rp, /lower case/],
  ['https://www.rp.example', rp, /^The entity says that it is https:\/\/rp\.example\.$/],
])('explains why %s is %s', (asked, said, reason) => {
  expect(explainDifference(asked, said)).toMatch(reason)
})
