import { error } from '@sveltejs/kit'
import type { PageLoad } from './$types'

export const load = (async ({ parent }) => {
  const { viewer } = await parent()
  if (!viewer.mayOperate) error(403, { message: 'Your role cannot register subordinates.' })
  return { title: 'Import subordinates' }
}) satisfies PageLoad
