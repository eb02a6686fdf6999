import { error } from '@sveltejs/kit'
import type { PageLoad } from './$types'

export const load = (async ({ parent }) => {
  const { viewer } = await parent()
  if (!viewer.mayOperate) error(403, { message: 'Your role cannot create organizations.' })
  return { title: 'Create an organization' }
}) satisfies PageLoad
