import { requireRight } from '#lib/auth/require-right.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'
import { WebhooksPage } from '#lib/webhook/webhook.ts'

export const load = async (event) => {
  const { fetch, depends } = event
  depends(topic.webhooks)
  await requireRight(event, 'mayManage', 'Only administrators of the installation can see the webhooks.')
  const { webhooks } = await read(fetch, WebhooksPage, {})
  return { title: 'Webhooks', webhooks }
}
