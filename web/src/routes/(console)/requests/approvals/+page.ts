import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { listVariables } from '#lib/list/list.ts'
import { changeList } from '#lib/protection/list.ts'
import { topic } from '#lib/topic.ts'

const ApprovalsPage = graphql(`
  query ApprovalsPage(
    $filter: ApprovalFilter, $first: Int, $after: String, $last: Int, $before: String
  ) {
    approvals(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      edges { node { ...ApprovalFields } }
      pageInfo { ...PageFields }
    }
    protection { operations }
  }
`)

export const load = async ({ fetch, depends, url }) => {
  depends(topic.approvals, topic.protection)
  const variables = listVariables(url.searchParams, changeList)
  const { approvals, protection } = await read(fetch, ApprovalsPage, variables)
  return { title: 'Approvals', approvals, isProtecting: protection.operations.length > 0 }
}
