import { error, redirect } from '@sveltejs/kit'
import { loadDocument } from '#lib/anchor/document.ts'
import { mustSetUpFactor, mustUseFactor } from '#lib/auth/viewer.ts'
import { readRequestPlaces } from '#lib/portal/open-requests.ts'
import { route } from '#lib/route.ts'
import { topic } from '#lib/topic.ts'

export const load = async ({ fetch, depends, parent, untrack, url }) => {
  depends(topic.portal, topic.requests)
  const { viewer, problem } = await parent()
  if (problem) error(problem.status, problem)
  // Untracked: the user does not depend on the page.
  const here = () => untrack(() => url.pathname + url.search)
  if (!viewer || mustUseFactor(viewer)) redirect(307, route.signIn(here()))
  if (viewer.passwordChange === 'REQUIRED') redirect(307, route.newPassword(here()))
  // Another document, because the console has an anchor.
  if (viewer.hasRole && viewer.organizations.length === 0) return loadDocument(route.dashboard())
  if (mustSetUpFactor(viewer) && url.pathname !== route.portalAccount()) redirect(307, route.portalAccount())
  return { viewer, requestPlaces: await readRequestPlaces(fetch) }
}
