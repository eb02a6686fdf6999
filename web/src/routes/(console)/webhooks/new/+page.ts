import { error } from '@sveltejs/kit'
import type { PageLoad } from './$types'

export const load = (async ({ parent }) => {
  const { viewer } = await parent()
  if (!viewer.mayManage)
    error(403, { message: 'Only administrators of the installation can create webhooks.' })
  return { title: 'Create a webhook' }
}) satisfies PageLoad
