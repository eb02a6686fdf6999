/** Starts, cancels and follows runs. */
import { graphql } from '#lib/gql/index.ts'

export const StartRenewal = graphql(`
  mutation StartRenewal($input: StartRenewalInput!) {
    startRenewal(input: $input) {
      __typename
      ... on StartRenewalSuccess { run { id } }
      ...Refusal
    }
  }
`)

export const ExecuteDryRun = graphql(`
  mutation ExecuteDryRun($input: ExecuteDryRunInput!) {
    executeDryRun(input: $input) {
      __typename
      ... on ExecuteDryRunSuccess { run { id } }
      ...Refusal
    }
  }
`)

export const CancelRun = graphql(`
  mutation CancelRun($input: CancelRunInput!) {
    cancelRun(input: $input) {
      __typename
      ... on CancelRunSuccess { run { id } }
      ...Refusal
    }
  }
`)
