/** Starts a change of many subordinates, and reads the results of its dry run. */
import { graphql } from '#lib/gql/index.ts'

export const StartSubordinateChange = graphql(`
  mutation StartSubordinateChange($input: StartSubordinateChangeInput!) {
    startSubordinateChange(input: $input) {
      __typename
      ... on MutationStartSubordinateChangeSuccess { data { id } }
      ...Refusal
    }
  }
`)

/** The first results of each kind; the page of the run has all. */
export const DryRunResults = graphql(`
  query DryRunResults($id: ID!) {
    renewalRun(id: $id) {
      refused: items(failed: true, first: 10) { edges { node { id resource message } } }
      changed: items(failed: false, skipped: false, first: 10) { edges { node { id resource message } } }
      unchanged: items(skipped: true, first: 10) { edges { node { id resource message } } }
    }
  }
`)
