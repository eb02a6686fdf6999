/** Entities that are checked every hour until they can be registered. */
import { graphql } from '#lib/gql/index.ts'

graphql(`
  fragment AwaitedFields on AwaitedEntity {
    id entityId requestedBy { username } since endsAt examinedAt passesSince
    failedCheck { title message section }
  }
`)

export const AwaitEntity = graphql(`
  mutation AwaitEntity($input: AwaitEntityInput!) {
    awaitEntity(input: $input) {
      __typename
      ... on AwaitEntitySuccess { awaitedEntity { id ...AwaitedFields } }
      ...Refusal
    }
  }
`)

export const StopAwaitingEntity = graphql(`
  mutation StopAwaitingEntity($input: StopAwaitingEntityInput!) {
    stopAwaitingEntity(input: $input) {
      __typename
      ... on StopAwaitingEntitySuccess { entityId }
      ...Refusal
    }
  }
`)
