import { readNotifications } from '#lib/account/notifications.ts'
import { topic } from '#lib/topic.ts'
import type { PageLoad } from './$types'

export const load = (({ fetch, depends }) => {
  depends(topic.account)
  return readNotifications(fetch)
}) satisfies PageLoad
