import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'

const Dashboard = graphql(`
  query Dashboard {
    serverStatus {
      counts { ...CountFields }
      expiringByDay { ...ExpiringDayFields }
      failing { trustMarkTypes { ...FailingTypeFields } }
      jobs { workers queuedRuns }
    }
    causes: subordinateProblems { ...CauseFields }
    alerts { id ...AlertFields }
    waiting: requests(filter: { state: WAITING_FOR_OPERATOR }, first: 1) {
      totalCount
      edges { node { id submittedAt } }
    }
    trustAnchor { entityId organizationName }
    subordinates(first: 6, orderBy: { field: REGISTERED_AT, direction: DESC }) {
      edges { node { id ...RecentFields } }
    }
    underWay: runs(filter: { states: [QUEUED, RUNNING] }, first: 10) { edges { node { id ...RunFields } } }
    auditEvents(first: 8) { edges { node { id ...AuditEntry } } }
  }
`)

export const load = async ({ fetch, depends }) => {
  depends(topic.subordinates, topic.trustMarks, topic.status, topic.runs, topic.audit, topic.requests)
  const { serverStatus, causes, alerts, waiting, trustAnchor, subordinates, underWay, auditEvents } =
    await read(fetch, Dashboard, {})
  return {
    title: 'Dashboard',
    serverStatus,
    causes,
    alerts,
    waiting,
    trustAnchor,
    recent: subordinates.edges.map(({ node }) => node),
    underWay: underWay.edges.map(({ node }) => node),
    changes: auditEvents.edges.map(({ node }) => node),
  }
}
