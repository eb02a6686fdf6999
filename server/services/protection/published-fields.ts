/** The fields of an object that decide what is published about it. The others are for operators, or follow the clock. */

import { subordinateFields } from '#server/services/subordinate/input.ts'
import { unpublishedFields } from '#server/services/subordinate/unpublished.ts'

export const publishedOfSubordinate: readonly string[] = [
  'active',
  'metadataFollowsEntity',
  ...Object.keys(subordinateFields).filter((name) => !Object.hasOwn(unpublishedFields, name)),
]

export const publishedOfMark: readonly string[] = [
  'active',
  'validFor',
  'renewalTime',
  'autorenew',
  'additionalClaims',
  'delegation',
]
