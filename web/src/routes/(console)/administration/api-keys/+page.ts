import { apiKeyList } from '#lib/auth/api-key-list.ts'
import { requireRight } from '#lib/auth/require-right.ts'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { listVariables } from '#lib/list/list.ts'
import { topic } from '#lib/topic.ts'

const ApiKeysPage = graphql(`
  query ApiKeysPage($filter: ApiKeyFilter, $first: Int, $after: String, $last: Int, $before: String) {
    apiKeys(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      edges { node { id ...ApiKeyFields } }
      pageInfo { ...PageFields }
    }
  }
`)

export const load = async (event) => {
  const { fetch, depends, url } = event
  depends(topic.apiKeys)
  await requireRight(event, 'mayManage', 'Only administrators of the installation can see the API keys.')
  const { apiKeys } = await read(fetch, ApiKeysPage, listVariables(url.searchParams, apiKeyList))
  return { title: 'API keys', apiKeys }
}
