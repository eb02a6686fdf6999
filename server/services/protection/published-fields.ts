/** The fields of an object that decide what is published about it. The others are for operators, or follow the clock. */

export const publishedOfSubordinate: readonly string[] = [
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
]

export const publishedOfMark: readonly string[] = [
  'active',
  'validFor',
  'renewalTime',
  'autorenew',
  'additionalClaims',
  'delegation',
]
