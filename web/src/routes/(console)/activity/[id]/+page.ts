import { error } from '@sveltejs/kit'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { pageVariables } from '#lib/list/paging.ts'
import { runTitle } from '#lib/run/run.ts'
import { topic } from '#lib/topic.ts'

const RunPage = graphql(`
  query RunPage($id: ID!, $failed: Boolean, $first: Int, $after: String, $last: Int, $before: String) {
    run(id: $id) {
      ...RunFields
      configurationPlan configurationCommit
      items(failed: $failed, first: $first, after: $after, last: $last, before: $before) {
        totalCount
        edges { node { id resource entityName ok skipped message at step { ...PlanStep } } }
        pageInfo { ...PageFields }
      }
    }
  }
`)

const RunFailures = graphql(`
  query RunFailures($id: ID!) { run(id: $id) { failed } }
`)

const results: Readonly<Record<string, { failed: boolean | null }>> = {
  failed: { failed: true },
  ok: { failed: false },
  all: { failed: null },
}

/** Failures need attention, so they come first if there are any. */
async function usualResult(fetch: typeof globalThis.fetch, id: string): Promise<string> {
  const { run } = await read(fetch, RunFailures, { id })
  return run && run.failed > 0 ? 'failed' : 'all'
}

export const load = async ({ fetch, depends, params, url }) => {
  depends(topic.runs)
  const { id } = params
  const asked = url.searchParams.get('result') ?? ''
  const shown = Object.hasOwn(results, asked) ? asked : await usualResult(fetch, id)
  const { run: found } = await read(fetch, RunPage, {
    id,
    failed: results[shown]?.failed ?? null,
    ...pageVariables(url.searchParams),
  })
  if (!found) error(404, { message: 'This run does not exist. Old runs are deleted automatically.' })
  const { items, ...run } = found
  return { title: runTitle(run), run, items, shown }
}
