import { readNotifications } from '#lib/account/notifications.ts'
import { topic } from '#lib/topic.ts'

export const load = ({ fetch, depends }) => {
  depends(topic.account)
  return readNotifications(fetch)
}
