/** Starts the crawl that fills the collection. */
import { graphql } from '#lib/gql/index.ts'
import { write } from '#lib/graphql/client.ts'

const StartCollectionWalk = graphql(`
  mutation StartCollectionWalk {
    startCollectionWalk {
      __typename
      ... on StartCollectionWalkSuccess { run { id } }
      ...Refusal
    }
  }
`)

export const startWalk = () => write(StartCollectionWalk, {})
