import { redirect } from '@sveltejs/kit'
import { nextPath } from '#lib/auth/next.ts'
import { mustUseFactor } from '#lib/auth/viewer.ts'
import { route } from '#lib/route.ts'

/** The page leads on once the password is changed. */
export const load = async ({ parent, url }) => {
  const { viewer } = await parent()
  if (!viewer || mustUseFactor(viewer)) redirect(307, route.signIn(nextPath(url.searchParams)))
  if (viewer.passwordChange !== 'REQUIRED') redirect(307, nextPath(url.searchParams))
  return { title: 'Choose a new password', viewer }
}
