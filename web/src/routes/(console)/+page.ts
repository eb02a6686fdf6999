import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'
import type { PageLoad } from './$types'

const Dashboard = graphql(`
  query Dashboard {
    serverStatus {
      counts { failingSubordinates failingTrustMarks ...CountFields }
      expiringByDay { ...ExpiringDayFields }
      failing { ...FailingFields }
      publication { ...PublicationFields }
      jobs { workers queuedRuns }
    }
    alerts { id ...AlertFields }
    trustAnchor {
      entityId organizationName
      entityConfiguration { claims issuedAt expiresAt }
    }
    subordinates(first: 6, orderBy: { field: REGISTERED_AT, direction: DESC }) {
      edges { node { id ...RecentFields } }
    }
    underWay: renewalRuns(filter: { states: [QUEUED, RUNNING] }, first: 10) { edges { node { id ...RunFields } } }
    auditEvents(first: 8) { edges { node { id ...AuditEntry } } }
  }
`)

export const load = (async ({ fetch, depends }) => {
  depends(topic.subordinates, topic.trustMarks, topic.status, topic.runs, topic.audit)
  const { serverStatus, alerts, trustAnchor, subordinates, underWay, auditEvents } = await read(
    fetch,
    Dashboard,
    {},
  )
  return {
    title: 'Dashboard',
    serverStatus,
    alerts,
    trustAnchor,
    recent: subordinates.edges.map(({ node }) => node),
    underWay: underWay.edges.map(({ node }) => node),
    changes: auditEvents.edges.map(({ node }) => node),
  }
}) satisfies PageLoad
