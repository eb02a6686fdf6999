import { isHttpError } from '@sveltejs/kit'
import { addressedAnchor } from '#lib/anchor/present.ts'
import { forgetAnchor, unknownAnchor } from '#lib/anchor/settle.ts'
import { isMemberOnly } from '#lib/auth/viewer.ts'
import type { SignedInQuery } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import { read, readWithoutAnchor } from '#lib/graphql/client.ts'
import { connection } from '#lib/graphql/connection.svelte.ts'
import { isReloading } from '#lib/reload.ts'
import { topic } from '#lib/topic.ts'

export const ssr = false
export const prerender = false

const SignedIn = graphql(`
  query SignedIn {
    viewer { ...ViewerFields }
  }
`)

/** Returns a failure, because the console's error page cannot show one thrown here. */
type Viewer = SignedInQuery['viewer']

/** The viewer of the page that is shown. */
let shown: Viewer = null

/** A session that ends while the page is read again replaces nothing: the notice of the shell says it. */
function keepShown(viewer: Viewer): Viewer {
  if (!viewer && shown && isReloading()) connection.refused()
  else shown = viewer
  return shown
}

export const load = async ({ fetch, depends }) => {
  depends(topic.viewer)
  try {
    const { viewer } = await read(fetch, SignedIn, {})
    return { viewer: keepShown(viewer) }
  } catch (problem) {
    if (!isHttpError(problem)) throw problem
    if (problem.status === 404 && addressedAnchor === undefined) await forgetAnchor()
    // The user is refused in the anchor of the address, and may be signed in all the same.
    const viewer = problem.status === 404 ? (await readWithoutAnchor(fetch, SignedIn, {}))?.viewer : null
    if (!viewer) return { viewer: null, problem: problem.body }
    return isMemberOnly(viewer) ? { viewer } : { viewer, problem: unknownAnchor(addressedAnchor ?? '') }
  }
}
