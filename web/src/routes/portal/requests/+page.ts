import { readDecided } from '#lib/portal/decided-requests.ts'
import { topic } from '#lib/topic.ts'

export const load = async ({ fetch, depends, url }) => {
  depends(topic.portal, topic.requests)
  return { title: 'Requests', decided: await readDecided(fetch, url.searchParams) }
}
