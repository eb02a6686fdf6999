/** The queries of webhooks. Their pages poll them, because a delivery leaves no entry in the audit log. */
import type { WebhookFieldsFragment } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import { nodeOf } from '#lib/node.ts'

graphql(`
  fragment WebhookFields on Webhook {
    id url description events anchorSlugs active state problem failingSince nextAttemptAt lastDeliveredAt
    waiting { count more }
    secretChangedAt previousSecretUntil createdAt version
  }
`)

graphql(`
  fragment DeliveryFields on Delivery {
    id state event anchorSlug attempts statusCode lastError createdAt nextAttemptAt deliveredAt
  }
`)

export const WebhooksPage = graphql(`
  query WebhooksPage { webhooks { ...WebhookFields } }
`)

export const WebhookPage = graphql(`
  query WebhookPage($id: ID!, $filter: DeliveryFilter!, $first: Int, $after: String, $last: Int, $before: String) {
    node(id: $id) { __typename ... on Webhook { ...WebhookFields describedIn { ...DescriptionFields } } }
    deliveries(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      edges { node { ...DeliveryFields } }
      pageInfo { ...PageFields }
    }
  }
`)

type Found = { __typename: string } | null | undefined

/** @throws 404 when there is none. */
export const webhookOf = <Node extends Found>(node: Node) => nodeOf(node, 'Webhook', 'webhook')

/** What it is for, or else where it leads. */
export const webhookName = ({ description, url }: Pick<WebhookFieldsFragment, 'description' | 'url'>) =>
  description ?? new URL(url).host
