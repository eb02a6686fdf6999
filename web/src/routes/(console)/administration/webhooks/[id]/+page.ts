import { requireRight } from '#lib/auth/require-right.ts'
import { read } from '#lib/graphql/client.ts'
import { listVariables } from '#lib/list/list.ts'
import { topic } from '#lib/topic.ts'
import { deliveryList } from '#lib/webhook/delivery-list.ts'
import { WebhookPage, webhookName, webhookOf } from '#lib/webhook/webhook.ts'

export const load = async (event) => {
  const { fetch, depends, params, url } = event
  depends(topic.webhooks)
  await requireRight(event, 'mayManage', 'Only administrators of the installation can see the webhooks.')
  const { filter, ...page } = listVariables(url.searchParams, deliveryList)
  const variables = { id: params.id, filter: { ...filter, webhookId: params.id }, ...page }
  const { node, deliveries } = await read(fetch, WebhookPage, variables)
  const webhook = webhookOf(node)
  return { title: webhookName(webhook), webhook, deliveries, variables }
}
