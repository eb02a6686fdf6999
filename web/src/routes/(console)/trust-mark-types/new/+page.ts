import { error } from '@sveltejs/kit'
import type { PageLoad } from './$types'

export const load = (async ({ parent }) => {
  const { viewer } = await parent()
  if (!viewer.mayOperate) error(403, { message: 'Your role does not allow to create Trust Mark types.' })
  return { title: 'Create a Trust Mark type' }
}) satisfies PageLoad
