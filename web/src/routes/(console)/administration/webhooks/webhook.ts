/** The mutations of webhooks. */
import { graphql } from '#lib/gql/index.ts'

export const CreateWebhook = graphql(`
  mutation CreateWebhook($input: CreateWebhookInput!) {
    createWebhook(input: $input) {
      __typename
      ... on CreateWebhookSuccess { secret webhook { id url description } }
      ...Refusal
    }
  }
`)

export const UpdateWebhook = graphql(`
  mutation UpdateWebhook($input: UpdateWebhookInput!) {
    updateWebhook(input: $input) {
      __typename
      ... on UpdateWebhookSuccess { secret webhook { id previousSecretUntil } }
      ...Refusal
    }
  }
`)

export const RemoveWebhook = graphql(`
  mutation RemoveWebhook($input: RemoveWebhookInput!) {
    removeWebhook(input: $input) {
      __typename
      ... on RemoveWebhookSuccess { ids }
      ...Refusal
    }
  }
`)

export const ReplayWebhook = graphql(`
  mutation ReplayWebhook($input: ReplayWebhookInput!) {
    replayWebhook(input: $input) {
      __typename
      ... on ReplayWebhookSuccess { webhook { id } }
      ...Refusal
    }
  }
`)

export const TestWebhook = graphql(`
  mutation TestWebhook($input: TestWebhookInput!) {
    testWebhook(input: $input) {
      __typename
      ... on TestWebhookSuccess { delivery { state statusCode lastError } }
      ...Refusal
    }
  }
`)
