import { error } from '@sveltejs/kit'
import { parseUserSearch, userFilterOf } from '#lib/auth/user-search.ts'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { pageVariables } from '#lib/list/paging.ts'
import { topic } from '#lib/topic.ts'
import type { PageLoad } from './$types'

const PAGE_SIZE = 50

const UsersPage = graphql(`
  query UsersPage($filter: UserFilter, $first: Int, $after: String, $last: Int, $before: String) {
    users(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      edges { node { id ...UserFields } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`)

export const load = (async ({ fetch, depends, parent, url }) => {
  depends(topic.users)
  const { viewer } = await parent()
  if (!viewer.mayAdminister) error(403, { message: 'Only administrators see the users.' })
  const search = parseUserSearch(url.searchParams)
  const { users } = await read(fetch, UsersPage, {
    filter: userFilterOf(search),
    ...pageVariables(url.searchParams, PAGE_SIZE),
  })
  return { title: 'Users', search, users }
}) satisfies PageLoad
