import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { pageVariables } from '#lib/list/paging.ts'
import { topic } from '#lib/topic.ts'
import type { PageLoad } from './$types'

const PAGE_SIZE = 25

const RenewalsPage = graphql(`
  query RenewalsPage($kind: RunKind, $first: Int, $after: String, $last: Int, $before: String) {
    renewalRuns(kind: $kind, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      edges { node { id ...RunFields } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
    running: renewalRuns(first: 10) { edges { node { id ...RunFields } } }
    schedules { ...ScheduleFields }
    serverStatus { counts { activeSubordinates activeTrustMarks } }
  }
`)

/** The schedule walks the federation every few minutes, which would hide the renewals: those are shown when asked for. */
const kinds = { subordinates: 'SUBORDINATES', 'trust-marks': 'TRUST_MARKS', all: null } as const

const isKind = (name: string | null): name is keyof typeof kinds => name !== null && name in kinds

export const load = (async ({ fetch, depends, url }) => {
  depends(topic.runs, topic.schedules)
  const asked = url.searchParams.get('kind')
  const kind = isKind(asked) ? asked : 'subordinates'
  const { renewalRuns, running, schedules, serverStatus } = await read(fetch, RenewalsPage, {
    kind: kinds[kind],
    ...pageVariables(url.searchParams, PAGE_SIZE),
  })
  return {
    title: 'Renewals',
    kind,
    runs: renewalRuns,
    // One of a kind runs at a time, so those at work are among the latest.
    running: running.edges.map(({ node }) => node).filter(({ state }) => state === 'RUNNING'),
    schedules,
    counts: serverStatus.counts,
  }
}) satisfies PageLoad
