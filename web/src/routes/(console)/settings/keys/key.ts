/** The queries and mutations of signing keys. */
import type { KeyStore, RolloverStep, SigningKeyFieldsFragment } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import { mutation } from '#lib/graphql/mutation.ts'
import type { Tone } from '#lib/tone.ts'

graphql(`
  fragment SigningKeyUseFields on SigningKeyUse {
    subordinateStatements trustMarks replacedTrustMarks neededUntil
  }
`)

graphql(`
  fragment SigningKeyFields on SigningKey {
    kid alg state store file jwk createdAt publishedAt usableFrom superiorFaults signsSince replacedAt
    attributes { isExtractable isSensitive isMadeInStore }
    validSignatures { ...SigningKeyUseFields }
  }
`)

graphql(`
  fragment HistoricalKeyFields on HistoricalKey {
    kid iat exp jwk
    revoked { revokedAt reason }
    validSignatures { ...SigningKeyUseFields }
  }
`)

graphql(`
  fragment KeyRolloverFields on KeyRollover {
    months alg noticeDays isHeld version nextStep nextStepKid nextStepAt nextStepStore waitsFor
  }
`)

export const ScheduleRollover = mutation(`ScheduleRollover { keyRollover { version } }`)
export const AnnounceSigningKey = mutation(`AnnounceSigningKey { signingKey { kid } }`)

export const UnsureMembers = graphql(`
  query UnsureMembers($alg: SigningAlgorithm!) {
    unsure: subordinates(filter: { active: true, withoutAlgorithm: $alg }, first: 1) { totalCount }
    all: subordinates(filter: { active: true }, first: 1) { totalCount }
  }
`)

export const SwitchSigningKey = mutation(`SwitchSigningKey { signingKey { kid } }`)
export const ReissueTrustMarks = mutation(`ReissueTrustMarks { run { id } }`)
export const RetireKey = mutation(`RetireKey { historicalKey { kid } }`)
export const RevokeKey = mutation(`RevokeKey { historicalKey { kid } }`)

export const keyStates: Readonly<Record<SigningKeyFieldsFragment['state'], { tone: Tone; label: string }>> = {
  CURRENT: { tone: 'success', label: 'Signs' },
  ANNOUNCED: { tone: 'warning', label: 'Announced' },
  ANSWERS: { tone: 'success', label: 'Signs answers' },
  PUBLISHED: { tone: 'quiet', label: 'Only verifies' },
}

/** Where private keys are. */
export const keyStores: Readonly<Record<KeyStore, string>> = {
  FILES: 'Key directory',
  PKCS11: 'PKCS#11 token',
  AWSKMS: 'AWS KMS',
}

/** Each before a key id. */
export const rolloverSteps: Readonly<Record<RolloverStep, string>> = {
  ANNOUNCE: 'Announce the successor of',
  SWITCH: 'Switch to',
  REISSUE: 'Re-issue the Trust Marks with',
  RETIRE: 'Retire',
}

/** A prefix of the key id (43 characters), for places where the whole id is shown nearby. */
export const shortKid = (kid: string) => `${kid.slice(0, 8)}…`
