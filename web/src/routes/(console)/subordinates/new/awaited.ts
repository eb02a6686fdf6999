/** Entities that are checked every hour until they can be registered. */
import { graphql } from '#lib/gql/index.ts'
import { mutation } from '#lib/graphql/mutation.ts'

graphql(`
  fragment AwaitedFields on AwaitedEntity {
    id entityId requestedBy { username } since endsAt examinedAt passesSince
    failedCheck { title message section }
  }
`)

export const AwaitEntity = mutation(`AwaitEntity { awaitedEntity { id ...AwaitedFields } }`)
export const StopAwaitingEntity = mutation(`StopAwaitingEntity { entityId }`)
