import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { listVariables } from '#lib/list/list.ts'
import { runList } from '#lib/run/list.ts'
import { topic } from '#lib/topic.ts'

const RenewalsPage = graphql(`
  query RenewalsPage($filter: RunFilter, $first: Int, $after: String, $last: Int, $before: String) {
    runs(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      edges { node { id ...RunFields } }
      pageInfo { ...PageFields }
    }
    running: runs(filter: { states: [RUNNING] }, first: 10) { edges { node { id ...RunFields } } }
    schedules { ...ScheduleFields }
    serverStatus { counts { activeSubordinates activeTrustMarks } }
  }
`)

export const load = async ({ fetch, depends, url }) => {
  depends(topic.runs, topic.schedules)
  const { runs, running, schedules, serverStatus } = await read(
    fetch,
    RenewalsPage,
    listVariables(url.searchParams, runList),
  )
  return {
    title: 'Activity',
    runs: runs,
    running: running.edges.map(({ node }) => node),
    schedules,
    counts: serverStatus.counts,
  }
}
