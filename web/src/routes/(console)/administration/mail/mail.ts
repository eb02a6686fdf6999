/** Reads e-mails, and sends failed ones again. */
import { graphql } from '#lib/gql/index.ts'
import { mutation } from '#lib/graphql/mutation.ts'

graphql(`
  fragment MailFields on Mail {
    id recipient event anchorSlug state attempts lastError canBeRetried createdAt nextAttemptAt endedAt
  }
`)

export const MessagesPage = graphql(`
  query MessagesPage($filter: MailFilter, $first: Int, $after: String, $last: Int, $before: String) {
    mails(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      edges { node { ...MailFields } }
      pageInfo { ...PageFields }
    }
    viewer { account { mail } }
  }
`)

export const RetryMail = mutation(`RetryMail { mail { id } }`)
