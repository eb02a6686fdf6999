import { isHttpError } from '@sveltejs/kit'
import { addressedAnchor } from '#lib/anchor/present.ts'
import { forgetAnchor } from '#lib/anchor/settle.ts'
import { isMemberOnly } from '#lib/auth/viewer.ts'
import { graphql } from '#lib/gql/index.ts'
import { read, readWithoutAnchor } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'
import type { LayoutLoad } from './$types'

export const ssr = false
export const prerender = false

const SignedIn = graphql(`
  query SignedIn {
    viewer { ...ViewerFields }
  }
`)

/** Returns a failure, because the console's error page cannot show one thrown here. */
export const load = (async ({ fetch, depends }) => {
  depends(topic.viewer)
  try {
    const { viewer } = await read(fetch, SignedIn, {})
    return { viewer }
  } catch (problem) {
    if (!isHttpError(problem)) throw problem
    if (problem.status === 404 && addressedAnchor === undefined) await forgetAnchor()
    // A user without a role is refused in the anchor of every address, and may be a member.
    const viewer = problem.status === 404 ? (await readWithoutAnchor(fetch, SignedIn, {}))?.viewer : null
    if (viewer && isMemberOnly(viewer)) return { viewer }
    return { viewer: null, problem: problem.body }
  }
}) satisfies LayoutLoad
