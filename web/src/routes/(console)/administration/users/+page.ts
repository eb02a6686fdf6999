import { requireRight } from '#lib/auth/require-right.ts'
import { userList } from '#lib/auth/user-list.ts'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { listVariables } from '#lib/list/list.ts'
import { topic } from '#lib/topic.ts'

const UsersPage = graphql(`
  query UsersPage($filter: UserFilter, $first: Int, $after: String, $last: Int, $before: String) {
    users(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      edges { node { id ...UserFields } }
      pageInfo { ...PageFields }
    }
  }
`)

export const load = async (event) => {
  const { fetch, depends, url } = event
  depends(topic.users, topic.organizations)
  await requireRight(event, 'mayManage', 'Only administrators of the installation can see the users.')
  const { users } = await read(fetch, UsersPage, listVariables(url.searchParams, userList))
  return { title: 'Users', users }
}
