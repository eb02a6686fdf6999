import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { pageVariables } from '#lib/list/paging.ts'
import { parseRunListSearch, runFilterOf } from '#lib/run/search.ts'
import { topic } from '#lib/topic.ts'
import type { PageLoad } from './$types'

const PAGE_SIZE = 25

const RenewalsPage = graphql(`
  query RenewalsPage($filter: RenewalRunFilter, $first: Int, $after: String, $last: Int, $before: String) {
    renewalRuns(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      edges { node { id ...RunFields } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
    running: renewalRuns(filter: { states: [RUNNING] }, first: 10) { edges { node { id ...RunFields } } }
    schedules { ...ScheduleFields }
    serverStatus { counts { activeSubordinates activeTrustMarks } }
  }
`)

export const load = (async ({ fetch, depends, url }) => {
  depends(topic.runs, topic.schedules)
  const search = parseRunListSearch(url.searchParams)
  const { renewalRuns, running, schedules, serverStatus } = await read(fetch, RenewalsPage, {
    filter: runFilterOf(search),
    ...pageVariables(url.searchParams, PAGE_SIZE),
  })
  return {
    title: 'Renewals',
    search,
    runs: renewalRuns,
    running: running.edges.map(({ node }) => node),
    schedules,
    counts: serverStatus.counts,
  }
}) satisfies PageLoad
