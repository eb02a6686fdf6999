/** The queries and mutations of signing keys. */
import type { KeyStore, RolloverStep, SigningKeyFieldsFragment } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
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

export const ScheduleRollover = graphql(`
  mutation ScheduleRollover($input: ScheduleRolloverInput!) {
    scheduleRollover(input: $input) {
      __typename
      ... on ScheduleRolloverSuccess { keyRollover { version } }
      ...Refusal
    }
  }
`)

export const AnnounceSigningKey = graphql(`
  mutation AnnounceSigningKey($input: AnnounceSigningKeyInput!) {
    announceSigningKey(input: $input) {
      __typename
      ... on AnnounceSigningKeySuccess { signingKey { kid } }
      ...Refusal
    }
  }
`)

export const UnsureMembers = graphql(`
  query UnsureMembers($alg: SigningAlgorithm!) {
    unsure: subordinates(filter: { active: true, withoutAlgorithm: $alg }, first: 1) { totalCount }
    all: subordinates(filter: { active: true }, first: 1) { totalCount }
  }
`)

export const SwitchSigningKey = graphql(`
  mutation SwitchSigningKey($input: SwitchSigningKeyInput!) {
    switchSigningKey(input: $input) {
      __typename
      ... on SwitchSigningKeySuccess { signingKey { kid } }
      ...Refusal
    }
  }
`)

export const ReissueTrustMarks = graphql(`
  mutation ReissueTrustMarks($input: ReissueTrustMarksInput!) {
    reissueTrustMarks(input: $input) {
      __typename
      ... on ReissueTrustMarksSuccess { run { id } }
      ...Refusal
    }
  }
`)

export const RetireKey = graphql(`
  mutation RetireKey($input: RetireKeyInput!) {
    retireKey(input: $input) {
      __typename
      ... on RetireKeySuccess { historicalKey { kid } }
      ...Refusal
    }
  }
`)

export const RevokeKey = graphql(`
  mutation RevokeKey($input: RevokeKeyInput!) {
    revokeKey(input: $input) {
      __typename
      ... on RevokeKeySuccess { historicalKey { kid } }
      ...Refusal
    }
  }
`)

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
