import { error } from '@sveltejs/kit'
import { apiKeyFilterOf, parseApiKeySearch } from '#lib/auth/api-key-search.ts'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { pageVariables } from '#lib/list/paging.ts'
import { topic } from '#lib/topic.ts'
import type { PageLoad } from './$types'

const PAGE_SIZE = 50

const ApiKeysPage = graphql(`
  query ApiKeysPage($filter: ApiKeyFilter, $first: Int, $after: String, $last: Int, $before: String) {
    apiKeys(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      edges { node { id ...ApiKeyFields } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`)

export const load = (async ({ fetch, depends, parent, url }) => {
  depends(topic.apiKeys)
  const { viewer } = await parent()
  if (!viewer.mayAdminister) error(403, { message: 'Only administrators see the API keys.' })
  const search = parseApiKeySearch(url.searchParams)
  const { apiKeys } = await read(fetch, ApiKeysPage, {
    filter: apiKeyFilterOf(search),
    ...pageVariables(url.searchParams, PAGE_SIZE),
  })
  return { title: 'API keys', search, apiKeys }
}) satisfies PageLoad
