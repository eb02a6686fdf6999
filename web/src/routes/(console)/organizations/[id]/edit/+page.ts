import { error } from '@sveltejs/kit'
import { requireRight } from '#lib/auth/require-right.ts'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { organizationOf } from '#lib/organization/organization.ts'
import { topic } from '#lib/topic.ts'

const OrganizationEdit = graphql(`
  query OrganizationEdit($id: ID!) {
    node(id: $id) {
      __typename
      ... on Organization {
        id canBeChanged ...OrganizationRecord describedIn { ...DescriptionFields }
      }
    }
  }
`)

export const load = async (event) => {
  const { fetch, depends, params } = event
  depends(topic.organizations)
  await requireRight(event, 'mayOperate', 'Your role cannot change organizations.')
  const { node } = await read(fetch, OrganizationEdit, { id: params.id })
  const organization = organizationOf(node)
  if (!organization.canBeChanged)
    error(403, { message: `${organization.name} comes from another anchor. Its operators change it there.` })
  return { title: 'Edit an organization', organization }
}
