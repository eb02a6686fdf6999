import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { listVariables } from '#lib/list/list.ts'
import { runList } from '#lib/run/list.ts'
import { topic } from '#lib/topic.ts'
import type { PageLoad } from './$types'

const RenewalsPage = graphql(`
  query RenewalsPage($filter: RenewalRunFilter, $first: Int, $after: String, $last: Int, $before: String) {
    renewalRuns(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      edges { node { id ...RunFields } }
      pageInfo { ...PageFields }
    }
    running: renewalRuns(filter: { states: [RUNNING] }, first: 10) { edges { node { id ...RunFields } } }
    schedules { ...ScheduleFields }
    serverStatus { counts { activeSubordinates activeTrustMarks } }
  }
`)

export const load = (async ({ fetch, depends, url }) => {
  depends(topic.runs, topic.schedules)
  const { renewalRuns, running, schedules, serverStatus } = await read(
    fetch,
    RenewalsPage,
    listVariables(url.searchParams, runList),
  )
  return {
    title: 'Activity',
    runs: renewalRuns,
    running: running.edges.map(({ node }) => node),
    schedules,
    counts: serverStatus.counts,
  }
}) satisfies PageLoad
