import { error } from '@sveltejs/kit'
import { shortEntityId } from '#lib/format.ts'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'

const PortalOrganization = graphql(`
  query PortalOrganization($id: ID) {
    viewer {
      organizations(id: $id) {
        id name identifier identifierScheme country active mayInvite
        contacts { role name email }
        people { ...PersonFields }
        anchors { slug name entityId environment contacts }
      }
    }
  }
`)

/** Without an id in the address, the first organization. */
export const load = async ({ fetch, depends, url }) => {
  depends(topic.portal, topic.people)
  const { viewer } = await read(fetch, PortalOrganization, { id: url.searchParams.get('id') || null })
  const organization = viewer?.organizations[0]
  if (!organization) error(404, { message: 'You do not act for such an organization.' })
  const anchors = organization.anchors.map(({ name, ...anchor }) => ({
    ...anchor,
    name: name ?? shortEntityId(anchor.entityId),
  }))
  return { title: organization.name, organization: { ...organization, anchors } }
}
