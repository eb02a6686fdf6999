/** Tests how the console describes what a key store says about a private key. */
import { expect, test } from 'vitest'
import { attributesInWords } from '#lib/key/attributes.ts'

test.each([
  [{ isExtractable: false, isSensitive: true, isMadeInStore: true }, 'not extractable, made there'],
  [{ isExtractable: true, isSensitive: false, isMadeInStore: false }, 'extractable, not sensitive, imported'],
  [{ isExtractable: null, isSensitive: null, isMadeInStore: true }, 'made there'],
  [null, ''],
])('describes %j', (attributes, words) => {
  expect(attributesInWords(attributes)).toBe(words)
})
