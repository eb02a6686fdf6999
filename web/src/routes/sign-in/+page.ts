import { redirect } from '@sveltejs/kit'
import { nextPath } from '#lib/auth/next.ts'
import { mustUseFactor } from '#lib/auth/viewer.ts'

export const load = async ({ parent, url }) => {
  const { viewer, problem } = await parent()
  if (viewer && !mustUseFactor(viewer)) redirect(307, nextPath(url.searchParams))
  return { title: 'Sign in', problem, viewer }
}
