/** The fields of an object that decide what is published about it. The others are for operators, or follow the clock. */

/** The table of the fields of a subordinate asks for each (services/subordinate/input.ts). */
const ofSubordinate = [
  'active',
  'jwks',
  'metadata',
  'metadataFollowsEntity',
  'forcedMetadata',
  'metadataPolicy',
  'constraints',
  'requiredTrustMarks',
  'additionalClaims',
  'validFor',
  'autorenew',
] as const

export type PublishedName = (typeof ofSubordinate)[number]
export const publishedOfSubordinate: readonly string[] = ofSubordinate

export const publishedOfMark: readonly string[] = [
  'active',
  'validFor',
  'renewalTime',
  'autorenew',
  'additionalClaims',
  'delegation',
]
