import { error, redirect } from '@sveltejs/kit'
import { graphql } from '#lib/gql/index.ts'
import { glance } from '#lib/graphql/client.ts'
import { route } from '#lib/route.ts'
import { topic } from '#lib/topic.ts'
import type { LayoutLoad } from './$types'

const ShellStatus = graphql(`
  query ShellStatus {
    serverStatus {
      entityId version
      publication { ...PublicationFields }
    }
  }
`)

export const load = (async ({ fetch, depends, parent, untrack, url }) => {
  depends(topic.status)
  const { viewer, problem } = await parent()
  if (problem) error(problem.status, problem)
  // Untracked: who is signed in does not depend on the page that is looked at.
  if (!viewer) redirect(307, route.signIn(untrack(() => url.pathname + url.search)))
  // The status is asked for all the time. When it fails, the indicator says so and the page stays as it is.
  const status = await glance(fetch, ShellStatus, {})
  return { viewer, status: status?.serverStatus ?? null }
}) satisfies LayoutLoad
