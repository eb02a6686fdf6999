import { error, redirect } from '@sveltejs/kit'
import { presentAnchor } from '#lib/anchor/present.ts'
import { settle } from '#lib/anchor/settle.ts'
import { isMemberOnly, mustUseFactor } from '#lib/auth/viewer.ts'
import { graphql } from '#lib/gql/index.ts'
import { readInBackground } from '#lib/graphql/client.ts'
import { route } from '#lib/route.ts'
import { topic } from '#lib/topic.ts'
import { navigating } from '$app/state'

const ShellStatus = graphql(`
  query ShellStatus {
    trustAnchors { ...AnchorFields mayOperate status { publication { ...PublicationFields } } }
  }
`)

export const load = async ({ fetch, depends, parent, untrack, url }) => {
  depends(topic.status)
  const { viewer, problem } = await parent()
  if (problem && !viewer) error(problem.status, problem)
  // Untracked: the user does not depend on the page. A load may not read the fragment of its own address.
  const here = () => untrack(() => url.pathname + url.search) + (navigating.to?.url ?? location).hash
  if (!viewer || mustUseFactor(viewer)) redirect(307, route.signIn(here()))
  if (viewer.passwordChange === 'REQUIRED') redirect(307, route.newPassword(here()))
  if (isMemberOnly(viewer)) redirect(307, route.portal())
  if (problem) error(problem.status, problem)
  // A failed poll of the status must not fail the page; the indicator shows it.
  const anchors = (await readInBackground(fetch, ShellStatus, {}))?.trustAnchors
  if (anchors)
    await settle(
      anchors.map(({ slug }) => slug),
      here(),
    )
  const anchor = anchors?.find(({ slug }) => slug === (presentAnchor ?? slug)) ?? null
  return { viewer, anchors: anchors ?? [], anchor }
}
