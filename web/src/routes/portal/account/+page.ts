import { readAccount } from '#lib/account/account-page.ts'
import { topic } from '#lib/topic.ts'
import type { PageLoad } from './$types'

export const load = (({ fetch, depends }) => {
  depends(topic.account, topic.portal)
  return readAccount(fetch)
}) satisfies PageLoad
