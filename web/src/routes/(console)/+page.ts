import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'
import type { PageLoad } from './$types'

const Dashboard = graphql(`
  query Dashboard {
    serverStatus {
      counts { ...CountFields }
      expiringSoon { subordinates trustMarks days }
      publication { ...PublicationFields }
    }
    trustAnchor {
      entityId organizationName
      entityConfiguration { claims issuedAt expiresAt }
    }
    subordinates(first: 6, orderBy: { field: REGISTERED_AT, direction: DESC }) {
      edges { node { id ...RecentFields } }
    }
  }
`)

export const load = (async ({ fetch, depends }) => {
  depends(topic.subordinates, topic.trustMarks, topic.status)
  const { serverStatus, trustAnchor, subordinates } = await read(fetch, Dashboard, {})
  return {
    title: 'Dashboard',
    serverStatus,
    trustAnchor,
    recent: subordinates.edges.map(({ node }) => node),
  }
}) satisfies PageLoad
