/** Describes the settings of a Trust Mark and of a Trust Mark type as forms. */

import { type FieldsOf, flag, jsonObject, text, type Values, wholeNumber } from '#lib/form/field.ts'
import type { UpdateTrustMarkInput, UpdateTrustMarkTypeInput } from '#lib/gql/graphql.ts'

const hours = {
  validFor: wholeNumber('Validity'),
  renewalTime: wholeNumber('Renewal before expiry'),
  autorenew: flag('Renew automatically'),
}

export const markFields = {
  ...hours,
  additionalClaims: jsonObject('Additional claims'),
} satisfies FieldsOf<UpdateTrustMarkInput>

/** The links of a type, included in every mark. */
export const typeLinks = {
  ref: text('Reference', 'Link to the requirements; included in every mark.'),
  logoUri: text('Logo', 'Link to an image of the mark; included in every mark.'),
}

export const typeTexts = {
  description: text('Description', 'What a mark of this type certifies.'),
  ...typeLinks,
}

export const typeFields = {
  ...typeTexts,
  ...hours,
  statusList: flag('Marks refer to a status list, so that a revocation counts from a file', false),
  active: flag('Marks of this type can be issued and are valid'),
  owner: jsonObject('Trust Mark Owner'),
} satisfies FieldsOf<UpdateTrustMarkTypeInput>

export type MarkSettings = Values<typeof markFields>
export type TypeSettings = Values<typeof typeFields>
