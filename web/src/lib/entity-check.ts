/** One thing that was looked at in an entity before it is registered. */
import { graphql } from '#lib/gql/index.ts'

export const EntityCheckFields = graphql(`
  fragment EntityCheckFields on EntityCheck { name status title message section }
`)
