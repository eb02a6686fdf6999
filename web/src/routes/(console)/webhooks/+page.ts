import { error } from '@sveltejs/kit'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'
import { WebhooksPage } from '#lib/webhook/webhook.ts'
import type { PageLoad } from './$types'

export const load = (async ({ fetch, depends, parent }) => {
  depends(topic.webhooks)
  const { viewer } = await parent()
  if (!viewer.mayManage)
    error(403, { message: 'Only administrators of the installation can see the webhooks.' })
  const { webhooks } = await read(fetch, WebhooksPage, {})
  return { title: 'Webhooks', webhooks }
}) satisfies PageLoad
