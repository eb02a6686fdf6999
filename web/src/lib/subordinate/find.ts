/** Looks up a subordinate by its identifier. */
import { graphql } from '#lib/gql/index.ts'
import { ask } from '#lib/graphql/client.ts'

const NamedSubordinate = graphql(`
  query NamedSubordinate($entityId: EntityIdentifier!) { subordinate(entityId: $entityId) { id displayName } }
`)

/** Null if it is not registered; undefined without an answer, also for text that is no identifier. */
export async function findSubordinate(entityId: string) {
  const { value } = await ask(NamedSubordinate, { entityId })
  return value?.subordinate
}
