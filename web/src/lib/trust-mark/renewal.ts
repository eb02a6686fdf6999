/** Renews a Trust Mark: a new JWT with the same claims. The previous one stays valid until it expires. */
import { graphql } from '#lib/gql/index.ts'
import { write } from '#lib/graphql/client.ts'

const RenewTrustMark = graphql(`
  mutation RenewTrustMark($input: RenewTrustMarkInput!) {
    renewTrustMark(input: $input) {
      __typename
      ... on RenewTrustMarkSuccess { trustMark { id } }
      ...Refusal
    }
  }
`)

export const renewTrustMark = (id: string) => write(RenewTrustMark, { input: { id } })
