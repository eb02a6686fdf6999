/** Finds the tags in use on the server. */
import { count } from '#lib/format.ts'
import { graphql } from '#lib/gql/index.ts'
import { ask } from '#lib/graphql/client.ts'

const SubordinateTags = graphql(`
  query SubordinateTags($search: String) { subordinateTags(search: $search, first: 20) { tag count } }
`)

/** As options, the most frequent first; empty without an answer. */
export async function findTags(search: string) {
  const { value } = await ask(SubordinateTags, { search })
  return (value?.subordinateTags ?? []).map(({ tag, count: uses }) => ({
    value: tag,
    label: tag,
    note: `on ${count(uses)}`,
  }))
}
