import { requireRight } from '#lib/auth/require-right.ts'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'
import { webhookOf } from '#lib/webhook/webhook.ts'

const WebhookEdit = graphql(`
  query WebhookEdit($id: ID!) {
    node(id: $id) { __typename ... on Webhook { id version url description events anchors: anchorSlugs } }
  }
`)

export const load = async (event) => {
  const { fetch, depends, params } = event
  depends(topic.webhooks)
  await requireRight(event, 'mayManage', 'Only administrators of the installation can change webhooks.')
  const { node } = await read(fetch, WebhookEdit, { id: params.id })
  return { title: 'Edit a webhook', webhook: webhookOf(node) }
}
