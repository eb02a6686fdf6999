import { readAccount } from '#lib/account/account-page.ts'
import { topic } from '#lib/topic.ts'

export const load = ({ fetch, depends }) => {
  depends(topic.account)
  return readAccount(fetch)
}
