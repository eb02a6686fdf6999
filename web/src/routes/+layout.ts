import { isHttpError } from '@sveltejs/kit'
import { addressedAnchor } from '#lib/anchor/present.ts'
import { forgetAnchor } from '#lib/anchor/settle.ts'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'
import type { LayoutLoad } from './$types'

export const ssr = false
export const prerender = false

const SignedIn = graphql(`
  query SignedIn {
    viewer { username name role mayOperate mayAdminister mayManage lacksSecondFactor passwordChange }
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
    return { viewer: null, problem: problem.body }
  }
}) satisfies LayoutLoad
