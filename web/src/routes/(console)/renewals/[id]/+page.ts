import { error } from '@sveltejs/kit'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { pageVariables } from '#lib/list/paging.ts'
import { runKind } from '#lib/run/run.ts'
import { topic } from '#lib/topic.ts'
import type { PageLoad } from './$types'

const PAGE_SIZE = 50

const RunPage = graphql(`
  query RunPage($id: ID!, $failed: Boolean, $first: Int, $after: String, $last: Int, $before: String) {
    renewalRun(id: $id) {
      ...RunFields
      items(failed: $failed, first: $first, after: $after, last: $last, before: $before) {
        edges { node { id resource ok message at } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }
  }
`)

const RunFailures = graphql(`
  query RunFailures($id: ID!) { renewalRun(id: $id) { failed } }
`)

const results: Readonly<Record<string, { failed: boolean | null }>> = {
  failed: { failed: true },
  ok: { failed: false },
  all: { failed: null },
}

/** What failed needs a person, so it is shown first, where there is any. */
async function usualResult(fetch: typeof globalThis.fetch, id: string): Promise<string> {
  const { renewalRun } = await read(fetch, RunFailures, { id })
  return renewalRun && renewalRun.failed > 0 ? 'failed' : 'all'
}

export const load = (async ({ fetch, depends, params, url }) => {
  depends(topic.runs)
  const { id } = params
  const asked = url.searchParams.get('result') ?? ''
  const shown = asked in results ? asked : await usualResult(fetch, id)
  const { renewalRun } = await read(fetch, RunPage, {
    id,
    failed: results[shown]?.failed ?? null,
    ...pageVariables(url.searchParams, PAGE_SIZE),
  })
  if (!renewalRun) error(404, { message: 'There is no such run. Runs are forgotten after some time.' })
  const { items, ...run } = renewalRun
  return { title: runKind(run.kind).label, run, items, shown, asked }
}) satisfies PageLoad
