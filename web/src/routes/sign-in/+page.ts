import { redirect } from '@sveltejs/kit'
import { route } from '#lib/route.ts'
import type { PageLoad } from './$types'

/** Only a path of this site, so that an address cannot redirect users elsewhere after sign-in. */
const pathWithin = (next: string | null) => (next && /^\/(?![/\\])/.test(next) ? next : route.dashboard())

export const load = (async ({ parent, url }) => {
  const { viewer, problem } = await parent()
  if (viewer) redirect(307, pathWithin(url.searchParams.get('next')))
  return { title: 'Sign in', problem }
}) satisfies PageLoad
