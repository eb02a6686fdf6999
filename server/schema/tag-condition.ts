/** The condition of a filter by tags. */
import { GraphQLError } from 'graphql'
import { MAXIMUM_TAGS, tagKey } from '#server/services/annotation.ts'

/** @throws GraphQLError for more tags than an object can have */
export function tagCondition(tags: readonly string[]) {
  if (tags.length > MAXIMUM_TAGS) {
    throw new GraphQLError(`tags must have at most ${MAXIMUM_TAGS} entries.`, {
      extensions: { code: 'BAD_USER_INPUT' },
    })
  }
  return { tagKeys: { hasEvery: tags.map(tagKey) } }
}
