/** Starts, cancels and follows runs. */
import { graphql } from '#lib/gql/index.ts'

export const StartRenewal = graphql(`
  mutation StartRenewal($kind: RenewalKind!) {
    startRenewal(kind: $kind) {
      __typename
      ... on MutationStartRenewalSuccess { data { id } }
      ...Refusal
    }
  }
`)

export const ExecuteDryRun = graphql(`
  mutation ExecuteDryRun($input: ExecuteDryRunInput!) {
    executeDryRun(input: $input) {
      __typename
      ... on MutationExecuteDryRunSuccess { data { id } }
      ...Refusal
    }
  }
`)

export const CancelRun = graphql(`
  mutation CancelRun($input: CancelRunInput!) {
    cancelRun(input: $input) {
      __typename
      ... on MutationCancelRunSuccess { data { id } }
      ...Refusal
    }
  }
`)
