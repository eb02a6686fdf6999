import { error, redirect } from '@sveltejs/kit'
import { graphql } from '#lib/gql/index.ts'
import { readInBackground } from '#lib/graphql/client.ts'
import { route } from '#lib/route.ts'
import { topic } from '#lib/topic.ts'
import type { LayoutLoad } from './$types'

const ShellStatus = graphql(`
  query ShellStatus {
    serverStatus {
      entityId version
      publication { ...PublicationFields }
    }
    trustAnchor { displayName environment color }
  }
`)

export const load = (async ({ fetch, depends, parent, untrack, url }) => {
  depends(topic.status)
  const { viewer, problem } = await parent()
  if (problem) error(problem.status, problem)
  // Untracked: the user does not depend on the page.
  const here = () => untrack(() => url.pathname + url.search)
  if (!viewer) redirect(307, route.signIn(here()))
  if (viewer.passwordChange === 'REQUIRED') redirect(307, route.newPassword(here()))
  // A failed poll of the status must not fail the page; the indicator shows it.
  const status = await readInBackground(fetch, ShellStatus, {})
  return { viewer, status: status?.serverStatus ?? null, anchor: status?.trustAnchor ?? null }
}) satisfies LayoutLoad
