/** Describes what a key store says about a private key. */
import type { SigningKeyFieldsFragment } from '#lib/gql/graphql.ts'

/** `not extractable, made there`; empty if it says nothing. */
export function attributesInWords(attributes: SigningKeyFieldsFragment['attributes']): string {
  const { isExtractable = null, isSensitive = null, isMadeInStore = null } = attributes ?? {}
  const words = [
    isExtractable === null ? '' : isExtractable ? 'extractable' : 'not extractable',
    isSensitive === false ? 'not sensitive' : '',
    isMadeInStore === null ? '' : isMadeInStore ? 'made there' : 'imported',
  ]
  return words.filter(Boolean).join(', ')
}
