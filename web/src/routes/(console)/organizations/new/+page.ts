import { requireRight } from '#lib/auth/require-right.ts'
import type { PageLoad } from './$types'

export const load = (async (event) => {
  await requireRight(event, 'mayOperate', 'Your role cannot create organizations.')
  return { title: 'Create an organization' }
}) satisfies PageLoad
